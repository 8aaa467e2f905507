import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestEntry } from '@aiflow/core';
import { AIFlowError, errorCode, generatedDirectory, isAIFlowError, messageOf } from '@aiflow/core';
import type { ObjectBody, ObjectSource } from './object-store.ts';

export type FileEntry = Extract<ManifestEntry, { readonly type: 'file' }>;

/** Up to this size in bytes, a file is held in memory. */
export const smallSize: number = 1024 * 1024;
const chunkSize = 1024 * 1024;
/** Neither follows a link that took a file's place, nor waits at a pipe that did. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The files of a project that a manifest names, read so that no link is followed and nothing is given that the
 * manifest does not say: a file that is not what it was is `blob.changed`.
 */
export class ProjectFiles {
  readonly #project: string;
  readonly #overlay: string | null;
  /** Directories that are known to be where their path says. */
  readonly #plain = new Set<string>();

  constructor(projectPath: string, overlay: string | undefined) {
    this.#project = realRoot(projectPath);
    this.#overlay = overlay === undefined ? null : realRoot(overlay);
  }

  /** The bytes of a file, checked already when they are few, else while they are read. */
  body(entry: FileEntry): ObjectBody {
    const root = this.#rootOf(entry);
    const path = join(root, entry.path);
    try {
      this.#checkDirectory(root, entry);
      return entry.size <= smallSize ? readSmallFile(path, entry) : largeFile(path, entry);
    } catch (error) {
      throw notAsSaid(entry, error);
    }
  }

  #rootOf(entry: FileEntry): string {
    if (!entry.path.startsWith(`${generatedDirectory}/`)) return this.#project;
    if (this.#overlay !== null) return this.#overlay;
    throw new AIFlowError(
      'blob.no_overlay',
      `the manifest names "${entry.path}", which was generated: the option "overlay" must say where it lies`,
      { context: { path: entry.path } },
    );
  }

  /** A directory that has become a link would lead the reading elsewhere. */
  #checkDirectory(root: string, entry: FileEntry): void {
    const directory = join(root, entry.path, '..');
    if (this.#plain.has(directory)) return;
    if (realpathSync(directory) !== directory) throw changed(entry, 'its directory has become a link');
    this.#plain.add(directory);
  }
}

function realRoot(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new AIFlowError('blob.no_project', `the project ${path} cannot be read: ${messageOf(error)}`, {
      context: { path, systemCode: errorCode(error) },
      cause: error,
    });
  }
}

function readSmallFile(path: string, entry: FileEntry): Uint8Array {
  const descriptor = openSync(path, openFlags);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size !== entry.size) throw changed(entry);
    const bytes = Buffer.allocUnsafe(entry.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(descriptor, bytes, length, bytes.length - length, null);
      if (read === 0) throw changed(entry);
      length += read;
    }
    if (hash('sha256', bytes, 'hex') !== entry.sha256) throw changed(entry);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

function largeFile(path: string, entry: FileEntry): ObjectSource {
  const stream = async function* (from = path): AsyncGenerator<Uint8Array, void, undefined> {
    const file = await open(from, openFlags).catch((error: unknown) => {
      throw notAsSaid(entry, error);
    });
    try {
      if (!(await file.stat()).isFile()) throw changed(entry);
      const sum = createHash('sha256');
      for (let length = 0; ;) {
        const chunk = Buffer.allocUnsafeSlow(chunkSize);
        const { bytesRead } = await file.read(chunk, 0, chunkSize, null);
        length += bytesRead;
        if (length > entry.size || (bytesRead === 0 && length < entry.size)) throw changed(entry);
        if (bytesRead === 0) break;
        const bytes = chunk.subarray(0, bytesRead);
        sum.update(bytes);
        yield bytes;
      }
      if (sum.digest('hex') !== entry.sha256) throw changed(entry);
    } finally {
      await file.close();
    }
  };
  const check = async (copy: string): Promise<void> => {
    for await (const chunk of stream(copy)) void chunk;
  };
  return { size: entry.size, stream: () => stream(), file: { path, check } };
}

/** What the file system says of a path that has become something else: gone, below a file, or a link. */
const changes = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'];

function notAsSaid(entry: FileEntry, error: unknown): AIFlowError {
  if (isAIFlowError(error)) return error;
  const systemCode = errorCode(error);
  if (systemCode !== null && changes.includes(systemCode)) return changed(entry, messageOf(error));
  return new AIFlowError(
    'blob.unreadable',
    `"${entry.path}" of the project cannot be read: ${messageOf(error)}`,
    {
      context: { path: entry.path, systemCode },
      cause: error,
    },
  );
}

function changed(entry: FileEntry, why = 'its content is another'): AIFlowError {
  return new AIFlowError(
    'blob.changed',
    `"${entry.path}" is not what it was when the snapshot's manifest was made (${why}): make the snapshot again`,
    { context: { path: entry.path } },
  );
}
