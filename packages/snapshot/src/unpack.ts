// Runs in threads: it loads nothing but Node.
import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fchmodSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { FaultError } from './fault.ts';
import { freeBytes } from './free-bytes.ts';
import type { Frame } from './pack-index.ts';
import { PackIndex, largestPiece } from './pack-index.ts';

/**
 * What was read of a pack, and what is to be written of it. Of thousands of files, so it is columns and not objects:
 * those are sent to a thread in a fraction of the time.
 */
export interface PackBytes {
  readonly packId: string;
  readonly index: Uint8Array;
  /** The pack from its byte `start` on, as far as it is needed. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly writes: Writes;
  /** Whether it was tried before with other bytes, so that some of the files are there. */
  readonly again: boolean;
}

/** What is written where. A piece may be written more than once. */
export interface Writes {
  /** An absolute path, which `paths` are below. */
  readonly directory: string;
  /** Which piece of the pack is written, by its place in the index; in ascending order. */
  readonly places: Uint32Array;
  readonly paths: readonly string[];
  /** The mode of a new file; `partOfFile` for a part of one that exists. */
  readonly modes: Uint16Array;
  /** Where in its file a part goes, in bytes. */
  readonly positions: Float64Array;
}

export const partOfFile = 0xffff;

/**
 * So many bytes are hashed or written at once: they are still in the processor's cache then. Writes of 2 MiB and more
 * took ten times the processor time on Linux 6.18.
 */
const chunk = 256 * 1024;

/** A large file that has been written, and what it must be. */
export interface WrittenFile {
  readonly path: string;
  readonly target: string;
  /** The permissions that stay. */
  readonly keep: number;
  readonly sha256: string;
  /** Of each part its hash and the pack that it came from, to say which pack is damaged. */
  readonly parts: readonly { readonly sha256: string; readonly packId: string }[];
}

/**
 * Writes what is wanted of a pack. A whole file is checked before it is written. A part of a large one is not: its
 * file is checked as a whole, by {@link checkWritten}, once all are there.
 */
export function unpack({ packId, index: indexBytes, bytes, start, writes, again }: PackBytes): void {
  const index = new PackIndex(packId, indexBytes);
  const { directory, places, paths, modes, positions } = writes;
  let [row, unpacked] = [0, -1];
  let raw: Uint8Array = new Uint8Array();
  index.forEachPlace((place, frame, offset) => {
    for (; places[row] === place; row += 1) {
      if (unpacked !== frame) {
        if (index.frames[unpacked]?.compressed === true) freeBytes(raw);
        unpacked = frame;
        raw = rawBytes(packId, bytes, start, index.frames[frame]);
      }
      const piece = raw.subarray(offset, offset + index.lengthAt(place));
      const mode = modes[row] ?? partOfFile;
      if (mode !== partOfFile && hash('sha256', piece, 'hex') !== index.hashAt(place))
        throw corrupt(packId, 'its content is damaged');
      write(directory, paths[row] ?? '', piece, mode, positions[row] ?? 0, again ? 'w' : 'wx');
    }
  });
  if (index.frames[unpacked]?.compressed === true) freeBytes(raw);
}

function rawBytes(packId: string, bytes: Uint8Array, start: number, frame: Frame | undefined): Uint8Array {
  const from = (frame?.start ?? 0) - start;
  const stored = bytes.subarray(from, from + (frame?.stored ?? 0));
  if (frame === undefined || stored.length !== frame.stored) throw corrupt(packId, 'it is cut off');
  if (!frame.compressed) return stored;
  try {
    // Never more than was said, whatever the bytes say of themselves.
    const raw = zstdDecompressSync(stored, {
      maxOutputLength: frame.raw,
      chunkSize: Math.max(frame.raw, 64),
    });
    if (raw.length === frame.raw) return raw;
  } catch {
    // Not the bytes that were compressed.
  }
  throw corrupt(packId, 'its content is damaged');
}

function write(
  directory: string,
  path: string,
  bytes: Uint8Array,
  mode: number,
  position: number,
  flag: 'w' | 'wx',
): void {
  try {
    const isPart = mode === partOfFile;
    const flags = isPart ? constants.O_WRONLY | constants.O_NOFOLLOW : flag;
    const descriptor = openSync(`${directory}/${path}`, flags, isPart ? 0 : mode);
    try {
      for (let at = 0; at < bytes.length;) {
        const length = Math.min(bytes.length - at, chunk);
        at += writeSync(descriptor, bytes, at, length, isPart ? position + at : null);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw localFault(path, error);
  }
}

let buffer: Buffer | null = null;

/** Reads a large file again and takes the permissions away that are to go, or throws when it is not what it must be. */
export function checkWritten({ path, target, keep, sha256, parts }: WrittenFile): void {
  const into = (buffer ??= Buffer.allocUnsafeSlow(largestPiece)).subarray(0, chunk);
  let found: string;
  try {
    const descriptor = openSync(target, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const sum = createHash('sha256');
      for (let read = 1; read > 0; sum.update(into.subarray(0, read)))
        read = readSync(descriptor, into, 0, into.length, null);
      found = sum.digest('hex');
      if (found === sha256) fchmodSync(descriptor, fstatSync(descriptor).mode & keep);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw localFault(path, error);
  }
  if (found !== sha256) throw corrupt(damagedPack(target, parts), 'its content is damaged');
}

/** The pack whose part of the file is not what it should be; the first one when the parts are not those of the file. */
function damagedPack(target: string, parts: WrittenFile['parts']): string {
  const into = (buffer ??= Buffer.allocUnsafeSlow(largestPiece));
  const descriptor = openSync(target, 'r');
  try {
    for (const { sha256, packId } of parts) {
      const read = readSync(descriptor, into, 0, into.length, null);
      if (hash('sha256', into.subarray(0, read), 'hex') !== sha256) return packId;
    }
  } finally {
    closeSync(descriptor);
  }
  return parts[0]?.packId ?? '';
}

function corrupt(where: string, why: string): FaultError {
  return new FaultError({ kind: 'corrupt', where, why });
}

function localFault(path: string, error: unknown): FaultError {
  const { code = null, message } = error as NodeJS.ErrnoException;
  return new FaultError({ kind: 'local', path, message, systemCode: code });
}
