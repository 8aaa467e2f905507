import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, pause } from '@aiflow/core';
import type { Holder } from './holder.ts';
import { currentHolder, isAlive, parseHolder } from './holder.ts';

/** How often a holder shows that it is there, in milliseconds. */
const beat = 5_000;
/** For how long a lock file must stand still before a holder that cannot be asked counts as dead. */
const silence = 60_000;
const shortestPause = 10;
const longestPause = 250;

export interface Lock {
  /** Lets go. A second call does nothing. */
  release(): void;
}

/**
 * Takes the lock file at `path`, waiting while another thread or process has it; null when `isDone` says, before or
 * while it waits, that there is nothing left to do. A lock whose process has died is taken over at once, also after
 * a reboot of the machine; one whose holder cannot be seen from here (another container, another machine) after a
 * minute without a sign of it.
 *
 * It keeps work from being done twice. It must not be what keeps data whole: a holder that was stopped for longer
 * than that minute may wake up beside its successor.
 */
export async function takeLock(
  path: string,
  options: { readonly isDone: () => boolean; readonly signal?: AbortSignal | undefined },
): Promise<Lock | null> {
  mkdirSync(dirname(path), { recursive: true });
  const watch = new Watch();
  for (let delay = shortestPause; ; delay = Math.min(delay * 1.5, longestPause)) {
    options.signal?.throwIfAborted();
    if (options.isDone()) return null;
    const holder = currentHolder();
    if (tryTake(path, holder)) return hold(path, holder);
    const found = look(path);
    if (found === null) continue; // it was let go of just now
    if (watch.isDead(found)) breakLock(path, found);
    else await pause(delay, options.signal);
  }
}

interface Found {
  readonly text: string;
  readonly mtimeMs: number;
}

function tryTake(path: string, holder: Holder): boolean {
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function hold(path: string, holder: Holder): Lock {
  const timer = setInterval(() => {
    try {
      if (isOurs(path, holder)) utimesSync(path, new Date(), new Date());
    } catch {
      // The file is gone: another one took it for dead. Nothing depends on it but the sparing of work.
    }
  }, beat);
  timer.unref();
  let held = true;
  return {
    release: () => {
      clearInterval(timer);
      if (held && isOurs(path, holder)) rmSync(path, { force: true });
      held = false;
    },
  };
}

function look(path: string): Found | null {
  try {
    return { text: readFileSync(path, 'utf8'), mtimeMs: statSync(path).mtimeMs };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function isOurs(path: string, holder: Holder): boolean {
  return look(path)?.text === JSON.stringify(holder);
}

/** Moves a dead holder's lock away; when another one had taken its place meanwhile, puts that one back. */
function breakLock(path: string, dead: Found): void {
  const aside = `${path}.${currentHolder().token}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== dead.text) linkSync(aside, path);
  } catch (error) {
    // ENOENT: somebody else moved it first. EEXIST: a third one has the lock by now. Both are for the next look.
    if (!['ENOENT', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Remembers for how long a lock file has stood still, by our own clock: the file system's may be another's. */
class Watch {
  #seen = '';
  #since = 0;

  isDead(found: Found): boolean {
    const holder = parseHolder(found.text);
    if (holder !== null && isAlive(holder) === false) return true;
    const seen = `${found.mtimeMs} ${found.text}`;
    const now = performance.now();
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#since = now;
    }
    return now - this.#since > silence;
  }
}
