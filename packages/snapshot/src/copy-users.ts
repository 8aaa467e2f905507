import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Holder } from './holder.ts';
import { currentHolder, isAlive, parseHolder } from './holder.ts';

/** A user that cannot be asked, as in another container, counts for so many milliseconds after it came. */
const trust = 24 * 60 * 60 * 1000;

/**
 * Who uses which shared copy, by a file for each user and copy. One counts until it leaves or its process ends, also by a
 * kill; a job outlives the process that started it, and is known by its environment, which names the copy.
 */
export class CopyUsers {
  readonly #cacheDir: string;
  readonly #directory: string;
  readonly #entered = new Set<string>();
  #self: Holder | null = null;

  constructor(cacheDir: string) {
    this.#cacheDir = cacheDir;
    this.#directory = join(cacheDir, '.users');
  }

  /** Says that a copy is used from now on. */
  enter(id: string): void {
    if (this.#entered.has(id)) return;
    this.#self ??= currentHolder();
    mkdirSync(this.#directory, { recursive: true });
    // Whole or not there: one that cannot be read would count for a day.
    const temporary = join(this.#directory, `.${randomUUID()}`);
    writeFileSync(temporary, JSON.stringify(this.#self));
    renameSync(temporary, join(this.#directory, `${id}.${this.#self.token}`));
    this.#entered.add(id);
  }

  leave(id: string): void {
    if (!this.#entered.delete(id) || this.#self === null) return;
    rmSync(join(this.#directory, `${id}.${this.#self.token}`), { force: true });
  }

  /** Whether any process uses a copy, and be it this one. Forgets those that have ended. */
  has(id: string): boolean {
    let found = false;
    for (const name of namesIn(this.#directory)) {
      const path = join(this.#directory, name);
      if (name.startsWith('.') && isOld(path)) rmSync(path, { force: true }); // its writer was killed
      if (!name.startsWith(`${id}.`)) continue;
      if (isInUse(path)) found = true;
      else rmSync(path, { force: true });
    }
    return found || isNamedByProcess(join(this.#cacheDir, id));
  }
}

function isInUse(path: string): boolean {
  try {
    const holder = parseHolder(readFileSync(path, 'utf8'));
    const alive = holder === null ? null : isAlive(holder);
    return alive ?? !isOld(path);
  } catch {
    return false; // it left just now
  }
}

function isOld(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > trust;
}

/** Whether a process of this machine has the path in its environment; where there is no /proc, none is known to. */
function isNamedByProcess(path: string): boolean {
  const bytes = Buffer.from(path);
  return namesIn('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/environ`).includes(bytes);
    } catch {
      return false; // it has ended, or is another user's, who cannot have been given the copy
    }
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
