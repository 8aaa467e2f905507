// Runs in threads: it loads nothing but Node.
import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import type { FileRows } from '@aiflow/core';
import { FaultError } from './fault.ts';

/** A file of a project that is to be read. */
export interface ProjectFile {
  /** The directory that `path` is below: that of the project or of its overlay, with no link on the way. */
  readonly root: string;
  readonly path: string;
  readonly size: number;
}

/** One of which it is known what it must be. */
export interface WantedFile extends ProjectFile {
  readonly sha256: string;
}

/** One of which it is known how it was seen. */
export interface SeenFile extends ProjectFile {
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

/** Many files as columns: these are sent to a thread in a fraction of the time that as many objects take. */
export interface WantedFiles {
  readonly roots: readonly string[];
  readonly paths: readonly string[];
  readonly sizes: Float64Array;
  readonly hashes: string;
}

export function toColumns(files: readonly WantedFile[]): WantedFiles {
  return {
    roots: files.map(({ root }) => root),
    paths: files.map(({ path }) => path),
    sizes: Float64Array.from(files, ({ size }) => size),
    hashes: files.map(({ sha256 }) => sha256).join(''),
  };
}

export function fromColumns({ roots, paths, sizes, hashes }: WantedFiles): WantedFile[] {
  return paths.map((path, at) => ({
    root: roots[at] ?? '',
    path,
    size: sizes[at] ?? 0,
    sha256: hashes.slice(at * 64, at * 64 + 64),
  }));
}

/** As {@link WantedFiles}: rows of a `FileTable`, which is not loaded here. */
export interface SeenFiles extends FileRows {
  readonly root: string;
}

export function seenFile({ root, paths, numbers }: SeenFiles, place: number): SeenFile {
  const width = numbers.length / paths.length;
  const number = (column: number): number => numbers[width * place + column] ?? 0;
  const [size, mtimeMs, ctimeMs, ino] = [number(0), number(1), number(2), number(3)];
  return { root, path: paths[place] ?? '', size, mtimeMs, ctimeMs, ino };
}

/** Neither follows a link that took a file's place, nor waits at a pipe that did. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** What the file system says of a path that has become something else: gone, below a file, a link, a directory. */
const changes = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'EISDIR', 'EAGAIN', 'ESPIPE'];

/**
 * Reads files of a project so that no link is followed, and nothing is given that the manifest does not say. All that
 * it throws are faults that name the file.
 */
export class ProjectReader {
  /** Directories that are known to be where their path says. */
  readonly #plain = new Set<string>();

  /**
   * Reads a whole file into `into` at `offset`, where there must be room for one byte more than it has: a longer one
   * shows by it. A file whose hash is another is a fault.
   */
  readWhole(file: WantedFile, into: Buffer, offset: number): void {
    if (this.#open(file, (descriptor) => hashWhole(descriptor, file, into, offset)) !== file.sha256)
      throw changed(file);
  }

  /** As {@link readWhole}, of a file whose content is not known, and gives its hash; one that was seen otherwise is a fault. */
  readSeen(file: SeenFile, into: Buffer, offset: number): string {
    return this.#open(file, (descriptor) => {
      const found = hashWhole(descriptor, file, into, offset);
      expectSeen(descriptor, file);
      return found;
    });
  }

  /** Opens a large file to be read in parts, and to be closed. It may be another one by then: its hash says it. */
  openLarge(file: ProjectFile): LargeFileReader {
    return new LargeFileReader(file, this.#openFile(file));
  }

  #open<T>(file: ProjectFile, use: (descriptor: number) => T): T {
    const descriptor = this.#openFile(file);
    try {
      return use(descriptor);
    } catch (error) {
      throw faultOf(file, error);
    } finally {
      closeSync(descriptor);
    }
  }

  #openFile(file: ProjectFile): number {
    const path = `${file.root}/${file.path}`;
    try {
      this.#checkDirectory(file, path.slice(0, path.lastIndexOf('/')));
      return openSync(path, openFlags);
    } catch (error) {
      throw faultOf(file, error);
    }
  }

  /** A directory that has become a link would lead the reading elsewhere. */
  #checkDirectory(file: ProjectFile, directory: string): void {
    if (this.#plain.has(directory)) return;
    if (realpathSync(directory) !== directory) throw changed(file, 'its directory has become a link');
    this.#plain.add(directory);
  }
}

/** The hash of all of a file, whose bytes come to `into` at `offset`; one of another length is a fault. */
function hashWhole(descriptor: number, file: ProjectFile, into: Buffer, offset: number): string {
  let length = 0;
  for (let read = 1; read > 0 && length < file.size; length += read) {
    read = readSync(descriptor, into, offset + length, file.size + 1 - length, null);
  }
  if (length !== file.size) throw changed(file);
  return hash('sha256', into.subarray(offset, offset + length), 'hex');
}

/** The same as core's index of a project asks for: what changes while it is read must not look unchanged later. */
function expectSeen(descriptor: number, file: SeenFile): void {
  const { size, mtimeMs, ctimeMs, ino } = fstatSync(descriptor);
  const isSame =
    size === file.size && mtimeMs === file.mtimeMs && ctimeMs === file.ctimeMs && ino === file.ino;
  if (!isSame) throw changed(file);
}

export class LargeFileReader {
  readonly #file: ProjectFile;
  readonly #descriptor: number;

  constructor(file: ProjectFile, descriptor: number) {
    this.#file = file;
    this.#descriptor = descriptor;
  }

  /** Reads the next `length` bytes into `into` at `offset`; a file that has fewer is a fault. */
  read(into: Buffer, offset: number, length: number): Buffer {
    for (let done = 0; done < length;) {
      const read = this.#read(into, offset + done, length - done);
      if (read === 0) throw changed(this.#file);
      done += read;
    }
    return into.subarray(offset, offset + length);
  }

  /** A file that has more is a fault. */
  expectEnd(): void {
    if (this.#read(Buffer.alloc(1), 0, 1) !== 0) throw changed(this.#file);
  }

  /** A file that is not as it was seen is a fault. */
  expectSeen(file: SeenFile): void {
    expectSeen(this.#descriptor, file);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #read(into: Buffer, at: number, length: number): number {
    try {
      return readSync(this.#descriptor, into, at, length, null);
    } catch (error) {
      throw faultOf(this.#file, error);
    }
  }
}

export function changed({ path }: ProjectFile, why = 'its content is another'): FaultError {
  return new FaultError({ kind: 'changed', path, why });
}

function faultOf(file: ProjectFile, error: unknown): FaultError {
  if (error instanceof FaultError) return error;
  const { code = null, message } = error as NodeJS.ErrnoException;
  if (code !== null && changes.includes(code)) return changed(file, message);
  return new FaultError({ kind: 'unreadable', path: file.path, message, systemCode: code });
}
