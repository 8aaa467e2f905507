import { hash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AIFlowError, errorCode, messageOf } from '../errors.ts';
import type { FileStat } from './file-stat.ts';
import { isSame } from './file-stat.ts';
import { FileTable, rowWidth } from './file-table.ts';

/*
 * The index remembers the hash of each file together with what lstat said of it, as git's does: while that is the
 * same, so is the content, and the file need not be read. Two changes within one tick of the file system's clock
 * look like one, so an entry is believed only if it is older than the index's own time, which is taken before the
 * walk ("racily clean", gitformat-index(5)).
 *
 * The bytes: as 64-bit floats in this machine's order: magic with version, time, count n, length of root; n rows of a
 * file table; then n × 32 bytes of SHA-256; root; the paths, each followed by NUL; at last the SHA-256 of all before.
 * It is a cache on one machine: what cannot be read as exactly this is as good as none.
 */
const magic = 0x41_49_46_4c_02; // "AIFL" and the version
const headerLength = 4;
const sumLength = 32;

/** What was known after the last walk. */
export interface SnapshotIndex {
  readonly count: number;
  /** The hash of the file at `path`, when it is known and `stat` shows that it still holds; null otherwise. */
  find(path: string, stat: FileStat): string | null;
}

const emptyIndex: SnapshotIndex = { count: 0, find: () => null };

/** Reads the index of the project at `root`; one that is missing, damaged or of another project is an empty one. */
export function readIndex(indexPath: string, root: string): SnapshotIndex {
  let bytes: Buffer;
  try {
    bytes = readFileSync(indexPath);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return emptyIndex;
    throw unusable(indexPath, error);
  }
  return parse(bytes, root) ?? emptyIndex;
}

function parse(bytes: Buffer, root: string): SnapshotIndex | null {
  const bodyLength = bytes.length - sumLength;
  if (bodyLength < headerLength * 8) return null;
  if (hash('sha256', bytes.subarray(0, bodyLength), 'hex') !== bytes.toString('hex', bodyLength)) return null;
  const [found, time, count, rootLength] = numbersAt(bytes, 0, headerLength);
  if (found !== magic || time === undefined || count === undefined || rootLength === undefined) return null;
  const hashesStart = (headerLength + rowWidth * count) * 8;
  const rootStart = hashesStart + 32 * count;
  const pathsStart = rootStart + rootLength;
  if (bytes.toString('utf8', rootStart, pathsStart) !== root) return null;
  const paths = bytes.toString('utf8', pathsStart, bodyLength).split('\0').slice(0, count);
  const known = new FileTable({
    paths,
    numbers: numbersAt(bytes, headerLength * 8, rowWidth * count),
  });
  const hashes = bytes.toString('hex', hashesStart, rootStart);
  const find = finder(paths);
  return {
    count,
    find(path, stat) {
      const at = find(path);
      if (at === -1 || !isSame(known.stat(at), stat)) return null;
      if (stat.mtimeMs >= time || stat.ctimeMs >= time) return null;
      return hashes.slice(at * 64, at * 64 + 64);
    },
  };
}

/** A copy of its own, which begins at a multiple of 8 as a view of 64-bit numbers must. */
function numbersAt(bytes: Buffer, start: number, count: number): Float64Array<ArrayBuffer> {
  return new Float64Array(new Uint8Array(bytes.subarray(start, start + count * 8)).buffer);
}

/** Finds a path's place. Paths are mostly asked for in the order of the file, where the next one is at hand. */
function finder(paths: readonly string[]): (path: string) => number {
  let next = 0;
  let places: Map<string, number> | null = null;
  return (path) => {
    if (paths[next] === path) return next++;
    places ??= new Map(paths.map((known, at) => [known, at]));
    const at = places.get(path) ?? -1;
    if (at !== -1) next = at + 1;
    return at;
  };
}

/** The file system's own time, to be taken before a walk and given to {@link writeIndex} after it. */
export function takeTime(indexPath: string): number {
  const clock = `${indexPath}.clock`;
  try {
    mkdirSync(dirname(indexPath), { recursive: true });
    writeFileSync(clock, '.');
    return statSync(clock).mtimeMs;
  } catch (error) {
    throw unusable(indexPath, error);
  }
}

/** Replaces the index at once; a reader beside it sees the old one or the new one. */
export function writeIndex(
  indexPath: string,
  root: string,
  time: number,
  files: FileTable,
  hashes: readonly string[],
): void {
  const { paths, numbers } = files.rows();
  const rootBytes = Buffer.from(root);
  const pathBytes = Buffer.from(paths.map((path) => `${path}\0`).join(''));
  const hashesStart = headerLength * 8 + numbers.byteLength;
  const rootStart = hashesStart + 32 * paths.length;
  const bodyLength = rootStart + rootBytes.length + pathBytes.length;
  const bytes = Buffer.from(new ArrayBuffer(bodyLength + sumLength));
  const header = new Float64Array(bytes.buffer, 0, headerLength);
  header.set([magic, time, paths.length, rootBytes.length]);
  new Float64Array(bytes.buffer, headerLength * 8, numbers.length).set(numbers);
  bytes.write(hashes.join(''), hashesStart, 'hex');
  bytes.set(rootBytes, rootStart);
  bytes.set(pathBytes, rootStart + rootBytes.length);
  bytes.write(hash('sha256', bytes.subarray(0, bodyLength), 'hex'), bodyLength, 'hex');
  const temporary = `${indexPath}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, bytes);
    renameSync(temporary, indexPath);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw unusable(indexPath, error);
  }
}

function unusable(indexPath: string, cause: unknown): AIFlowError {
  return new AIFlowError(
    'snapshot.index_unusable',
    `the index of the project's files ${indexPath} cannot be used: ${messageOf(cause)}; its directory must be writable`,
    { context: { path: indexPath }, cause },
  );
}
