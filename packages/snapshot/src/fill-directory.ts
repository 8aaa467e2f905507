import { hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { chmod, symlink, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { AIFlowError, Manifest } from '@aiflow/core';
import { errorCode, resolveInside } from '@aiflow/core';
import { forEachLimit } from './concurrency.ts';
import { objectKey } from './keys.ts';
import { localError } from './local-error.ts';
import type { ObjectStore } from './object-store.ts';
import type { FileEntry } from './project-files.ts';
import { corrupt } from './read-manifest.ts';

/** How many files are fetched side by side. */
const sideBySide = 16;

export interface FillOptions {
  /** No one may write: files get mode 0444 or 0555, and directories, but for the one that is filled, 0555. */
  readonly readOnly: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes what a checked manifest names in an empty directory. Each file's length and hash are checked before the call
 * resolves; links are made last, so that nothing is ever written through one.
 */
export async function fillDirectory(
  store: ObjectStore,
  manifest: Manifest,
  directory: string,
  { readOnly, signal }: FillOptions,
): Promise<void> {
  const place = (path: string): string => resolveInside(directory, path);
  const directories = makeDirectories(manifest, directory);
  const files = manifest.entries.filter((entry) => entry.type === 'file');
  await forEachLimit(files, sideBySide, signal, async (entry, each) => {
    const mode = (entry.executable ? 0o777 : 0o666) & (readOnly ? 0o555 : 0o777);
    await local(entry.path, each, async () => await fetchFile(store, entry, place(entry.path), mode, each));
  });
  for (const entry of manifest.entries) {
    if (entry.type === 'link')
      await local(entry.path, signal, async () => await symlink(entry.target, place(entry.path)));
  }
  if (!readOnly) return;
  for (const path of directories) await local(path, signal, async () => await chmod(place(path), 0o555));
}

/** Gives the paths of all directories that were made. */
function makeDirectories(manifest: Manifest, directory: string): Set<string> {
  const made = new Set<string>();
  for (const { type, path } of manifest.entries) {
    let at = type === 'directory' ? path : posix.dirname(path);
    if (at === '.' || made.has(at)) continue;
    mkdirSync(join(directory, at), { recursive: true });
    for (; at !== '.'; at = posix.dirname(at)) made.add(at);
  }
  return made;
}

async function fetchFile(
  store: ObjectStore,
  entry: FileEntry,
  path: string,
  mode: number,
  signal: AbortSignal,
): Promise<void> {
  const key = objectKey(entry.sha256);
  const bytes = await store.get(key, { signal });
  if (bytes === null) throw corrupt(store, key, 'it is missing');
  if (bytes.length !== entry.size) throw corrupt(store, key, 'it has another length');
  if (hash('sha256', bytes, 'hex') !== entry.sha256) throw damaged(store, key);
  await writeFile(path, bytes, { flag: 'wx', mode });
}

/** An upload compares only lengths of objects, so it does not find this. */
function damaged(store: ObjectStore, key: string): AIFlowError {
  return corrupt(store, key, 'its content is damaged', 'remove the snapshots that use it, and submit again');
}

/** Says which path of the snapshot could not be made here. */
async function local(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const taken = errorCode(error) === 'EEXIST' ? ' (this file system takes two of its names for one)' : '';
    throw localError(`the snapshot's "${path}" cannot be made on this machine${taken}`, path, error, signal);
  }
}
