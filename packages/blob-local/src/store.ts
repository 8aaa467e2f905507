import { randomUUID } from 'node:crypto';
import type { Dirent, Stats } from 'node:fs';
import { constants, lstatSync, readdirSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { link, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { errorCode, resolveInside } from '@aiflow/core';
import type {
  ByteRange,
  GetOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  StoreOptions,
} from '@aiflow/snapshot';
import { checkKey, checkPrefix, makeDurable, syncPath } from '@aiflow/snapshot';

/** Where objects are written before they are moved to their place; a key never begins with a dot. */
const temporaryDirectory = '.tmp';
/** What a killed upload left there is removed when it is so old, in milliseconds. */
const leftoverAge = 24 * 60 * 60 * 1000;
/** So many files are removed before other work of the process has its turn. */
const turn = 500;
/** Objects never change, so nobody may write to them. */
const mode = 0o444;

/**
 * Objects as files below a directory: the key is the path. An object is written to a temporary file of the same file
 * system and renamed, so that its path only ever shows all of it. `put` does not wait for the disk: an fsync for each
 * of many small files costs ten times the writing. What must not be lost is asked for by `flush`, once for all, and
 * by `durable`.
 */
export class LocalObjectStore implements ObjectStore {
  readonly location: string;
  readonly #root: string;
  /** What was put since the last flush: files and the directories that name them. */
  #unsynced = new Set<string>();
  #prepared: Promise<void> | null = null;

  /** `root` is an absolute path; the directory is made when something is first put. */
  constructor(root: string) {
    this.#root = resolve(root);
    this.location = pathToFileURL(this.#root).href;
  }

  async put(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<void> {
    await this.#write(key, bytes, options, async (temporary, path) => {
      await inDirectoryOf(path, async () => await rename(temporary, path));
      return true;
    });
  }

  async putIfAbsent(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<boolean> {
    return await this.#write(key, bytes, options, async (temporary, path) => {
      try {
        // A second name for the same file is given whole or not at all, and never in the place of another.
        await inDirectoryOf(path, async () => await link(temporary, path));
        return true;
      } catch (error) {
        if (errorCode(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(temporary, { force: true });
      }
    });
  }

  async get(key: string, { signal, into }: GetOptions = {}): Promise<Uint8Array | null> {
    return await this.#read(key, signal, async (file, size) => {
      const bytes = into !== undefined && size <= into.length ? into : Buffer.allocUnsafeSlow(size);
      return await readFrom(file, 0, bytes.subarray(0, size));
    });
  }

  async getRange(
    key: string,
    { start, end }: ByteRange,
    { signal }: StoreOptions = {},
  ): Promise<Uint8Array | null> {
    return await this.#read(key, signal, async (file, size) => {
      const bytes = Buffer.allocUnsafeSlow(Math.max(Math.min(end, size) - start, 0));
      return await readFrom(file, start, bytes);
    });
  }

  async head(key: string, { signal }: StoreOptions = {}): Promise<ObjectInfo | null> {
    signal?.throwIfAborted();
    const stats = await orNull(stat(this.#path(key)));
    return stats?.isFile() === true ? describe(key, stats) : null;
  }

  async *list(prefix: string, { signal }: StoreOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const pending = [checkPrefix(prefix)];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      signal?.throwIfAborted();
      for (const entry of entriesOf(join(this.#root, at))) {
        if (entry.name.startsWith('.')) continue;
        const key = at + entry.name;
        if (entry.isDirectory()) pending.push(`${key}/`);
        if (!entry.isFile()) continue;
        const stats = lstatSync(join(this.#root, key), { throwIfNoEntry: false });
        if (stats !== undefined) yield describe(key, stats);
      }
      await setImmediate(); // the calls above are synchronous, being many and short
    }
  }

  async delete(key: string, { signal }: StoreOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    await rm(this.#path(key), { force: true });
  }

  /** In one turn for each few hundred: a call of its own for each costs several times the removing. */
  async deleteMany(keys: readonly string[], { signal }: StoreOptions = {}): Promise<void> {
    const paths = keys.map((key) => this.#path(key));
    for (let at = 0; at < paths.length; at += turn) {
      signal?.throwIfAborted();
      for (const path of paths.slice(at, at + turn)) rmSync(path, { force: true });
      await setImmediate();
    }
  }

  async flush({ signal }: StoreOptions = {}): Promise<void> {
    const paths = this.#unsynced;
    this.#unsynced = new Set();
    try {
      await makeDurable(this.#root, () => paths, signal);
    } catch (error) {
      for (const path of paths) this.#unsynced.add(path);
      throw error;
    }
  }

  #path(key: string): string {
    return resolveInside(this.#root, checkKey(key));
  }

  /** The directories from an object up to the root, nearest first. */
  #directoriesOf(path: string): string[] {
    const directories: string[] = [];
    for (let at = dirname(path); at.length >= this.#root.length; at = dirname(at)) directories.push(at);
    return directories;
  }

  /** Writes an object beside its place and has it moved there; gives what `move` says. */
  async #write(
    key: string,
    bytes: Uint8Array,
    { signal, durable = false }: PutOptions,
    move: (temporary: string, path: string) => Promise<boolean>,
  ): Promise<boolean> {
    const path = this.#path(key);
    signal?.throwIfAborted();
    await this.#prepare();
    const temporary = join(this.#root, temporaryDirectory, randomUUID());
    let moved: boolean;
    try {
      await writeFile(temporary, bytes, { flag: 'wx', mode, flush: durable });
      signal?.throwIfAborted();
      moved = await move(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    const directories = moved ? this.#directoriesOf(path) : [];
    if (durable) for (const directory of directories) await syncPath(directory);
    else if (moved) for (const unsynced of [path, ...directories]) this.#unsynced.add(unsynced);
    return moved;
  }

  async #read(
    key: string,
    signal: AbortSignal | undefined,
    read: (file: FileHandle, size: number) => Promise<Uint8Array>,
  ): Promise<Uint8Array | null> {
    signal?.throwIfAborted();
    const file = await orNull(open(this.#path(key), constants.O_RDONLY | constants.O_NOFOLLOW));
    if (file === null) return null;
    try {
      const stats = await file.stat();
      return stats.isFile() ? await read(file, stats.size) : null;
    } finally {
      await file.close();
    }
  }

  /** Done once, and again after it has failed. */
  async #prepare(): Promise<void> {
    try {
      await (this.#prepared ??= this.#sweep());
    } catch (error) {
      this.#prepared = null;
      throw error;
    }
  }

  /** Makes the temporary directory, and removes from it what has been there for a day. */
  async #sweep(): Promise<void> {
    const directory = join(this.#root, temporaryDirectory);
    await mkdir(directory, { recursive: true });
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      const stats = await orNull(stat(path));
      if (stats !== null && Date.now() - stats.mtimeMs > leftoverAge) await rm(path, { force: true });
    }
  }
}

/** Tries again with the directory made: the first object of it finds none. */
async function inDirectoryOf(path: string, move: () => Promise<void>): Promise<void> {
  try {
    await move();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    await move();
  }
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function orNull<T>(looking: Promise<T>): Promise<T | null> {
  try {
    return await looking;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** ENOTDIR: an object lies where the key has a directory. */
function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '');
}

/** Fills `bytes` from `start` on; gives as much of them as there was. */
async function readFrom(file: FileHandle, start: number, bytes: Uint8Array): Promise<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}

function describe(key: string, stats: Stats): ObjectInfo {
  return { key, size: stats.size, modifiedTime: Math.floor(stats.mtimeMs) };
}
