// Also runs in threads: it loads nothing but Node.
import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileStat } from './file-stat.ts';
import { fileStat, isSame } from './file-stat.ts';

/** Neither follows a link that took a file's place since it was looked at, nor waits at a pipe that did. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Up to this size in bytes a file is read at once, synchronously: cheaper than promises, and soon over. */
const smallSize = 4 * 1024 * 1024;
const chunkSize = 1024 * 1024;
const tries = 3;

export interface HashedFile {
  readonly sha256: string;
  /** The file as it was when it had this hash. */
  readonly stat: FileStat;
}

/**
 * The SHA-256 of a file that was seen as `stat`. A file that changes while it is read is read again, and gives null
 * when it does not hold still. Throws what the file system throws.
 */
export async function hashFile(
  path: string,
  stat: FileStat,
  signal?: AbortSignal,
): Promise<HashedFile | null> {
  let seen = stat;
  for (let count = 0; count < tries; count += 1) {
    if (count > 0) {
      const stats = lstatSync(path);
      if (!stats.isFile()) return null;
      seen = fileStat(stats);
    }
    const sha256 = seen.size <= smallSize ? hashSmall(path, seen) : await hashLarge(path, seen, signal);
    if (sha256 !== null) return { sha256, stat: seen };
  }
  return null;
}

/** What became of a file: its hash alone when it is as it was seen, and null when it did not hold still. */
export type HashOutcome =
  | string
  | HashedFile
  | { readonly failure: { readonly code: string | null; readonly message: string } }
  | null;

/** Hashes a file that was seen as `stat`, and never throws for what the file system says. */
export async function tryHash(path: string, stat: FileStat, signal?: AbortSignal): Promise<HashOutcome> {
  try {
    const found = await hashFile(path, stat, signal);
    return found?.stat === stat ? found.sha256 : found;
  } catch (error) {
    signal?.throwIfAborted();
    const { code = null, message } = error as NodeJS.ErrnoException;
    return { failure: { code, message } };
  }
}

let buffer: Buffer | null = null;

function hashSmall(path: string, stat: FileStat): string | null {
  buffer ??= Buffer.allocUnsafeSlow(smallSize + 1);
  const descriptor = openSync(path, openFlags);
  try {
    let length = 0;
    for (;;) {
      const read = readSync(descriptor, buffer, length, stat.size + 1 - length, null);
      length += read;
      if (read === 0 || length > stat.size) break;
    }
    return isSame(stat, fileStat(fstatSync(descriptor))) && length === stat.size
      ? hash('sha256', buffer.subarray(0, length), 'hex')
      : null;
  } finally {
    closeSync(descriptor);
  }
}

async function hashLarge(path: string, stat: FileStat, signal?: AbortSignal): Promise<string | null> {
  const file = await open(path, openFlags);
  const chunk = Buffer.allocUnsafeSlow(chunkSize);
  try {
    const sum = createHash('sha256');
    let length = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, chunkSize, null);
      if (bytesRead === 0) break;
      length += bytesRead;
      if (length > stat.size) return null;
      sum.update(chunk.subarray(0, bytesRead));
    }
    return isSame(stat, fileStat(await file.stat())) && length === stat.size ? sum.digest('hex') : null;
  } finally {
    chunk.buffer.transfer(0); // gives its memory back at once: a collector would let many of them wait
    await file.close();
  }
}
