import { randomUUID } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { abortable, errorCode } from '@aiflow/core';
import { makeDurable, pathsBelow } from './flush.ts';
import { localError } from './local-error.ts';
import { takeLock } from './lock.ts';
import { removeTree } from './remove-tree.ts';

/** Fills an empty directory; what it throws leaves nothing behind. */
export type Fill = (directory: string, signal: AbortSignal | undefined) => Promise<void>;

interface Work {
  readonly done: Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/** What this thread is making, by path, so that callers beside each other need not ask the file system. */
const underWay = new Map<string, Work>();

/**
 * Directories by id that all callers on this machine share: each is made beside its place, made durable and
 * read-only, and moved into place as a whole, so that "it exists" means "it is complete". One of many threads and
 * processes makes it while the others wait; when that one dies, another goes on.
 */
export class SharedCopies {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Whether there is a copy, which then is complete. */
  has(id: string): boolean {
    return exists(join(this.#directory, id));
  }

  async obtain(id: string, fill: Fill, signal: AbortSignal | undefined): Promise<string> {
    const path = join(this.#directory, id);
    try {
      await this.#ensure(id, path, fill, signal);
    } catch (error) {
      throw localError(`the snapshot cannot be copied to ${path}`, path, error, signal);
    }
    return path;
  }

  async #ensure(id: string, path: string, fill: Fill, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      if (exists(path)) return;
      const work = underWay.get(path);
      if (work === undefined) break;
      try {
        await abortable(work.done, signal);
      } catch (error) {
        // The failure is ours too, unless it is only that the other caller gave up.
        if (signal?.aborted === true || work.signal?.aborted !== true) throw error;
      }
    }
    const done = this.#make(id, path, fill, signal);
    underWay.set(path, { done, signal });
    try {
      await done;
    } finally {
      underWay.delete(path);
    }
  }

  /** Removes a copy: at once for who looks for it, then from the disk. Harmless when there is none. */
  async remove(id: string): Promise<void> {
    const path = join(this.#directory, id);
    const aside = this.#temporary(id);
    try {
      chmodSync(path, 0o755);
      renameSync(path, aside);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return;
      throw localError(`the local copy ${path} cannot be removed`, path, error);
    }
    await removeTree(aside);
  }

  async #make(id: string, path: string, fill: Fill, signal: AbortSignal | undefined): Promise<void> {
    const lock = await takeLock(join(this.#directory, `.${id}.lock`), { isDone: () => exists(path), signal });
    if (lock === null) return;
    const temporary = this.#temporary(id);
    try {
      await this.#sweep(id);
      mkdirSync(temporary);
      await fill(temporary, signal);
      await makeDurable(temporary, () => pathsBelow(temporary), signal);
      chmodSync(temporary, 0o555);
      renameSync(temporary, path);
    } catch (error) {
      await removeTree(temporary);
      // Only a holder that was taken for dead and woke up finds its work done by another.
      if (!exists(path)) throw error;
    } finally {
      lock.release();
    }
  }

  /** Beside the place and not elsewhere: to move a read-only directory to another parent needs write permission. */
  #temporary(id: string): string {
    return join(this.#directory, `.${id}.${randomUUID()}.tmp`);
  }

  /** Removes what those left who died while they made or removed this copy. Only the holder of the lock may. */
  async #sweep(id: string): Promise<void> {
    for (const name of readdirSync(this.#directory)) {
      if (name.startsWith(`.${id}.`) && name.endsWith('.tmp')) await removeTree(join(this.#directory, name));
    }
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
