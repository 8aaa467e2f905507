import { randomUUID } from 'node:crypto';
import type { Dirent, Stats } from 'node:fs';
import { constants, createReadStream, lstatSync, readdirSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { errorCode, resolveInside } from '@aiflow/core';
import type {
  ObjectBody,
  ObjectInfo,
  ObjectSource,
  ObjectStore,
  PutOptions,
  StoreOptions,
} from '@aiflow/snapshot';
import { checkKey, checkPrefix, makeDurable, syncPath } from '@aiflow/snapshot';

/** Where objects are written before they are moved to their place; a key never begins with a dot. */
const temporaryDirectory = '.tmp';
/** What a killed upload left there is removed when it is so old, in milliseconds. */
const leftoverAge = 24 * 60 * 60 * 1000;
/** Up to this size in bytes an object is read at once. */
const smallSize = 1024 * 1024;
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

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    const { signal, durable = false } = options;
    const path = this.#path(key);
    signal?.throwIfAborted();
    await this.#prepare();
    const temporary = join(this.#root, temporaryDirectory, randomUUID());
    try {
      if (body instanceof Uint8Array)
        await writeObject(temporary, async (file) => await file.writeFile(body), durable);
      else await this.#copy(temporary, body, signal, durable);
      signal?.throwIfAborted();
      await moveTo(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    const directories = this.#directoriesOf(path);
    if (durable) for (const directory of directories) await syncPath(directory);
    else for (const unsynced of [path, ...directories]) this.#unsynced.add(unsynced);
  }

  async get(key: string, { signal }: StoreOptions = {}): Promise<AsyncIterable<Uint8Array> | null> {
    signal?.throwIfAborted();
    const path = this.#path(key);
    const file = await orNull(open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
    if (file === null) return null;
    try {
      const stats = await file.stat();
      if (stats.isFile() && stats.size > smallSize) {
        return createReadStream(path, { fd: file, highWaterMark: smallSize, ...(signal && { signal }) });
      }
      const bytes = stats.isFile() ? await file.readFile() : null;
      await file.close();
      return bytes === null ? null : single(bytes);
    } catch (error) {
      await file.close();
      throw error;
    }
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

  /** Shares the blocks of the file where the file system can (Btrfs, XFS, APFS); else reads it and writes it. */
  async #copy(
    path: string,
    source: ObjectSource,
    signal: AbortSignal | undefined,
    durable: boolean,
  ): Promise<void> {
    if (await tryClone(source.file.path, path)) {
      await source.file.check(path);
      if (durable) await syncPath(path);
      return;
    }
    await writeObject(
      path,
      async (file) => {
        for await (const chunk of source.stream()) {
          signal?.throwIfAborted();
          await file.writeFile(chunk);
        }
      },
      durable,
    );
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

async function writeObject(
  path: string,
  write: (file: FileHandle) => Promise<void>,
  durable: boolean,
): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await write(file);
    if (durable) await file.sync();
  } finally {
    await file.close();
  }
}

async function tryClone(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch {
    // Not on this file system, or not from that one, or the file is gone: reading it says what is wrong, if anything is.
    await rm(to, { force: true });
    return false;
  }
}

async function moveTo(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await mkdir(dirname(to), { recursive: true }); // the first object of this directory
    await rename(from, to);
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

function describe(key: string, stats: Stats): ObjectInfo {
  return { key, size: stats.size, modifiedTime: Math.floor(stats.mtimeMs) };
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
