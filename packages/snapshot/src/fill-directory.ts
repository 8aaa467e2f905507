import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { chmod, symlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Manifest } from '@aiflow/core';
import { errorCode, resolveInside } from '@aiflow/core';
import { forEachLimit } from './concurrency.ts';
import { corrupt } from './corrupt.ts';
import { fetchPacks, startWork } from './fetch-packs.ts';
import type { IndexCache } from './index-cache.ts';
import { describeManifest } from './info.ts';
import { indexKey, packListKey } from './keys.ts';
import { localError } from './local-error.ts';
import type { ObjectStore } from './object-store.ts';
import type { PackIndex } from './pack-index.ts';
import { readPackList } from './pack-list.ts';
import type { FillPlan } from './plan-fill.ts';
import { planFill } from './plan-fill.ts';
import type { FileEntry } from './project-files.ts';

/** How many indexes are read side by side. */
const sideBySide = 16;

export interface FillOptions {
  /** No one may write: files get mode 0444 or 0555, and directories, but for the one that is filled, 0555. */
  readonly readOnly: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A snapshot in a store. */
export interface StoredSnapshot {
  readonly store: ObjectStore;
  readonly indexes: IndexCache;
  readonly snapshotId: string;
  /** Held against the id, and checked. */
  readonly manifest: Manifest;
}

/**
 * Makes what a checked manifest names in an empty directory. Each file's length and hash are checked before the call
 * resolves; links are made last, so that nothing is ever written through one. Gives how many bytes the files have.
 */
export async function fillDirectory(
  { store, indexes, snapshotId, manifest }: StoredSnapshot,
  directory: string,
  { readOnly, signal }: FillOptions,
): Promise<number> {
  const { files, size } = describeManifest(manifest);
  const work = startWork(files, size);
  try {
    const keep = readOnly ? 0o555 : 0o777;
    const modeOf = ({ executable }: FileEntry): number => (executable ? 0o777 : 0o666) & keep;
    const plan = planFill(manifest, await readIndexes(store, indexes, snapshotId, signal), directory, modeOf);
    const [lost] = plan.missing;
    if (lost !== undefined)
      throw corrupt(store, packListKey(snapshotId), `none of its packs has the content of "${lost.path}"`);
    const place = (path: string): string => resolveInside(directory, path);
    const directories = makeDirectories(manifest, directory);
    await makeFiles(plan, place, modeOf, signal);
    await fetchPacks(store, plan, work, signal);
    await makeLinks(manifest, directory, signal);
    if (readOnly) {
      for (const path of directories) await local(path, signal, async () => await chmod(place(path), 0o555));
    }
    return size;
  } finally {
    await work.close();
  }
}

/** Comes last: nothing may be written through a link. */
export async function makeLinks(
  manifest: Manifest,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const entry of manifest.entries) {
    if (entry.type !== 'link') continue;
    const path = resolveInside(directory, entry.path);
    await local(entry.path, signal, async () => await symlink(entry.target, path));
  }
}

async function readIndexes(
  store: ObjectStore,
  indexes: IndexCache,
  snapshotId: string,
  signal: AbortSignal | undefined,
): Promise<PackIndex[]> {
  const packIds = await readPackList(store, snapshotId, signal);
  const read = new Map<string, PackIndex>();
  await forEachLimit(packIds, sideBySide, signal, async (id, each) => {
    const index = await indexes.read(store, id, each);
    if (index === null) throw corrupt(store, indexKey(id), 'it is missing');
    read.set(id, index);
  });
  return packIds.map((id) => read.get(id)).filter((index) => index !== undefined);
}

/** Gives the paths of all directories that were made. */
export function makeDirectories(manifest: Manifest, directory: string): Set<string> {
  const made = new Set<string>();
  for (const { type, path } of manifest.entries) {
    let at = type === 'directory' ? path : posix.dirname(path);
    if (at === '.' || made.has(at)) continue;
    mkdirSync(join(directory, at), { recursive: true });
    for (; at !== '.'; at = posix.dirname(at)) made.add(at);
  }
  return made;
}

/** Makes the files that no pack is needed for, and those that parts are written to. */
async function makeFiles(
  { emptyFiles, largeFiles }: FillPlan,
  place: (path: string) => string,
  modeOf: (entry: FileEntry) => number,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const entry of emptyFiles) {
    await local(entry.path, signal, async () =>
      writeFileSync(place(entry.path), '', { flag: 'wx', mode: modeOf(entry) }),
    );
  }
  for (const { entry } of largeFiles) {
    await local(entry.path, signal, async () => {
      const descriptor = openSync(place(entry.path), 'wx', modeOf(entry) | 0o200);
      try {
        ftruncateSync(descriptor, entry.size);
      } finally {
        closeSync(descriptor);
      }
    });
  }
}

/** Says which path of the snapshot could not be made here. */
export async function local(
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
