import { randomUUID } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { abortable, errorCode } from '@aiflow/core';
import { CopyNotes } from './copy-notes.ts';
import { CopyUsers } from './copy-users.ts';
import { localError } from './local-error.ts';
import { takeLock } from './lock.ts';
import { removeTree } from './remove-tree.ts';
import { sweepCopies } from './sweep-copies.ts';

/** Fills an empty directory, and says how many bytes it wrote; what it throws leaves nothing behind. */
export type Fill = (directory: string, signal: AbortSignal | undefined) => Promise<number>;

interface Work {
  readonly done: Promise<void>;
  readonly signal: AbortSignal | undefined;
}

/** What this thread is making, by path, so that callers beside each other need not ask the file system. */
const underWay = new Map<string, Work>();

/**
 * Directories by id that all callers on this machine share: each is made beside its place, read-only, and moved into
 * place as a whole, so that "it exists" means "it is complete". One of many threads and processes makes it while the
 * others wait; when that one dies, another goes on.
 *
 * Together they take no more than `limit` bytes, as far as they are not in use: who has obtained one uses it until the
 * process ends or {@link remove}s it, and so does any process that has its path in its environment.
 */
export class SharedCopies {
  readonly #directory: string;
  readonly #limit: number;
  readonly #notes: CopyNotes;
  readonly #users: CopyUsers;
  /** What was obtained here, and not let go of. */
  readonly #obtained = new Set<string>();

  constructor(directory: string, limit: number) {
    this.#directory = directory;
    this.#limit = limit;
    this.#notes = new CopyNotes(directory);
    this.#users = new CopyUsers(directory);
  }

  /** Whether there is a copy, which then is complete. */
  has(id: string): boolean {
    return exists(join(this.#directory, id)) && this.#notes.isTrusted(id);
  }

  async obtain(id: string, fill: Fill, signal: AbortSignal | undefined): Promise<string> {
    const path = join(this.#directory, id);
    try {
      await this.#ensure(id, path, fill, signal);
      this.#obtained.add(id);
    } catch (error) {
      this.#leaveUnlessObtained(id);
      throw localError(`the snapshot cannot be copied to ${path}`, path, error, signal);
    }
    return path;
  }

  /** Gives the path of a copy to `use`, and keeps the copy so long; false when there is none. */
  async borrow(id: string, use: (path: string) => Promise<void>): Promise<boolean> {
    if (!this.has(id)) return false;
    this.#users.enter(id);
    try {
      const isThere = this.#isReady(id);
      if (isThere) await use(join(this.#directory, id));
      return isThere;
    } finally {
      this.#leaveUnlessObtained(id);
    }
  }

  /** Lets go of a copy, and removes it when no other process uses it. Harmless when there is none. */
  async remove(id: string): Promise<void> {
    const path = join(this.#directory, id);
    try {
      this.#obtained.delete(id);
      this.#users.leave(id);
      if (!exists(path)) return;
      const lock = await takeLock(this.#lockOf(id), { isDone: () => !exists(path) });
      try {
        if (lock !== null && !this.#users.has(id)) await this.#removeCopy(id);
      } finally {
        lock?.release();
      }
    } catch (error) {
      throw localError(`the local copy ${path} cannot be removed`, path, error);
    }
  }

  async #ensure(id: string, path: string, fill: Fill, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      // First this, then the look: who removes copies takes the lock, and then looks for users.
      this.#users.enter(id);
      if (this.#isReady(id)) {
        this.#notes.touch(id);
        return;
      }
      const work = underWay.get(path);
      try {
        if (work === undefined) await this.#begin(id, path, fill, signal);
        else await abortable(work.done, signal);
      } catch (error) {
        // The failure of another is ours too, unless it is only that the other gave up.
        if (work === undefined || signal?.aborted === true || work.signal?.aborted !== true) throw error;
      }
    }
  }

  async #begin(id: string, path: string, fill: Fill, signal: AbortSignal | undefined): Promise<void> {
    const done = this.#make(id, path, fill, signal);
    underWay.set(path, { done, signal });
    try {
      await done;
    } finally {
      underWay.delete(path);
    }
  }

  #leaveUnlessObtained(id: string): void {
    if (!this.#obtained.has(id)) this.#users.leave(id);
  }

  /** Whether the copy is there and nobody is about to remove it. */
  #isReady(id: string): boolean {
    return this.has(id) && lstatSync(this.#lockOf(id), { throwIfNoEntry: false }) === undefined;
  }

  async #make(id: string, path: string, fill: Fill, signal: AbortSignal | undefined): Promise<void> {
    const lock = await takeLock(this.#lockOf(id), { isDone: () => this.#isReady(id), signal });
    if (lock === null) return;
    const temporary = this.#temporary(id);
    try {
      if (this.has(id)) return; // it was not removed after all
      await this.#sweepLeftovers(id);
      if (exists(path)) await this.#removeCopy(id); // made before the last loss of power: it may not be whole
      mkdirSync(temporary);
      const size = await fill(temporary, signal);
      chmodSync(temporary, 0o555);
      await this.#notes.write(id, size, temporary, signal);
      renameSync(temporary, path);
    } catch (error) {
      await removeTree(temporary);
      // Only a holder that was taken for dead and woke up finds its work done by another.
      if (!this.has(id)) throw error;
    } finally {
      lock.release();
    }
    await this.#shrink(id);
  }

  /** Makes room for what was made, at the cost of those that were used the longest time ago. */
  async #shrink(id: string): Promise<void> {
    try {
      const sizes = this.#notes.list().filter((note) => exists(join(this.#directory, note.id)));
      await sweepCopies(sizes, this.#limit, async (old) => {
        if (old === id || this.#users.has(old)) return false;
        const lock = await takeLock(this.#lockOf(old), { isDone: () => this.#users.has(old) });
        try {
          if (lock === null || this.#users.has(old)) return false;
          await this.#removeCopy(old);
          return true;
        } finally {
          lock?.release();
        }
      });
    } catch {
      // The copy that was asked for is there: that an old one cannot be removed is for who removes it by name.
    }
  }

  /** Only the holder of the lock may: at once for who looks for it, then from the disk. */
  async #removeCopy(id: string): Promise<void> {
    const path = join(this.#directory, id);
    const aside = this.#temporary(id);
    try {
      chmodSync(path, 0o755);
      renameSync(path, aside);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    this.#notes.forget(id);
    await removeTree(aside);
  }

  #lockOf(id: string): string {
    return join(this.#directory, `.${id}.lock`);
  }

  /** Beside the place and not elsewhere: to move a read-only directory to another parent needs write permission. */
  #temporary(id: string): string {
    return join(this.#directory, `.${id}.${randomUUID()}.tmp`);
  }

  /** Removes what those left who died while they made or removed this copy. Only the holder of the lock may. */
  async #sweepLeftovers(id: string): Promise<void> {
    for (const name of readdirSync(this.#directory)) {
      if (name.startsWith(`.${id}.`) && name.endsWith('.tmp')) await removeTree(join(this.#directory, name));
    }
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
