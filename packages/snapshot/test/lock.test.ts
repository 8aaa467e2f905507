import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { currentHolder, isAlive } from '../src/holder.ts';
import { takeLock } from '../src/lock.ts';
import type { LockTask } from './lock-process.ts';

let base: string;
let path: string;
let log: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'aiflow-lock-'));
  path = join(base, 'locks', 'lock');
  log = join(base, 'log');
  writeFileSync(log, '');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(base, { recursive: true, force: true });
});

function start(times: number, hold: number): ChildProcess {
  const script = join(import.meta.dirname, 'lock-process.ts');
  const task: LockTask = { path, log, times, hold };
  const child = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: 'inherit' });
  children.push(child);
  return child;
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return await new Promise((resolve) => child.once('exit', resolve));
}

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !condition(); await wait(5)) {
    if (Date.now() > deadline) throw new Error(`waited in vain; the log is:\n${readFileSync(log, 'utf8')}`);
  }
}

describe('the lock', () => {
  it('lets in one process at a time, and each of them in the end', async () => {
    const ends = await Promise.all([start(10, 1), start(10, 1), start(10, 1)].map(end));
    expect(ends).toEqual([0, 0, 0]);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(60);
    for (let place = 0; place < lines.length; place += 2) {
      expect(lines[place + 1]).toBe(lines[place]?.replace('in', 'out'));
    }
    expect(readdirSync(join(base, 'locks'))).toEqual([]);
  });

  it('lets in one caller of a process at a time', async () => {
    let inside = 0;
    const caller = async (): Promise<void> => {
      const lock = await takeLock(path, { isDone: () => false });
      inside += 1;
      expect(inside).toBe(1);
      await wait(2);
      inside -= 1;
      lock?.release();
      lock?.release();
    };
    await Promise.all(Array.from({ length: 8 }, caller));
  });

  it('is free at once when its holder is killed', async () => {
    for (let round = 0; round < 3; round += 1) {
      const holder = start(1, 60_000);
      const before = readFileSync(log, 'utf8').split('in ').length;
      await until(() => readFileSync(log, 'utf8').split('in ').length > before);
      const waiting = takeLock(path, { isDone: () => false });
      holder.kill('SIGKILL');
      await end(holder);
      const begin = performance.now();
      (await waiting)?.release();
      expect(performance.now() - begin).toBeLessThan(5_000); // and not after the minute for those who cannot be asked
    }
  });

  it('is free for one only, when several wait for a holder that died', async () => {
    const dead = { ...currentHolder(), pid: 2 ** 30 };
    for (let round = 0; round < 20; round += 1) {
      const lock = await takeLock(path, { isDone: () => false });
      writeFileSync(path, JSON.stringify({ ...dead, token: `dead ${round}` }));
      lock?.release(); // not ours any more: it stays
      expect(existsSync(path)).toBe(true);
      let inside = 0;
      const caller = async (): Promise<void> => {
        const mine = await takeLock(path, { isDone: () => false });
        inside += 1;
        expect(inside).toBe(1);
        await wait(1);
        inside -= 1;
        mine?.release();
      };
      await Promise.all([caller(), caller(), caller()]);
    }
  });

  it('is taken from a holder that cannot be asked, and has shown no sign for a minute', async () => {
    const lock = await takeLock(path, { isDone: () => false });
    lock?.release();
    writeFileSync(path, JSON.stringify({ ...currentHolder(), host: `not-${hostname()}` }));
    const clock = vi.spyOn(performance, 'now');
    let now = 0;
    clock.mockImplementation(() => now);
    try {
      let taken = false;
      const waiting = takeLock(path, { isDone: () => false }).then((mine) => {
        taken = true;
        return mine;
      });
      await wait(50);
      now = 59_000;
      await wait(400);
      utimesSync(path, 1, 1); // a sign: the minute begins anew
      await wait(400);
      now = 61_000;
      await wait(400);
      expect(taken).toBe(false);
      now = 200_000;
      (await waiting)?.release();
      expect(taken).toBe(true);
    } finally {
      clock.mockRestore();
    }
  });

  it('is not waited for when there is nothing left to do, or the signal says so', async () => {
    const lock = await takeLock(path, { isDone: () => false });
    let done = false;
    const waiting = takeLock(path, { isDone: () => done });
    const aborting = new AbortController();
    const reason = new Error('no longer wanted');
    const aborted = takeLock(path, { isDone: () => false, signal: aborting.signal });
    done = true;
    expect(await waiting).toBeNull();
    aborting.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    lock?.release();
  });
});

describe('a holder', () => {
  it('is alive, dead, or not to be asked from here', () => {
    const here = currentHolder();
    expect(isAlive(here)).toBe(true);
    expect(isAlive({ ...here, pid: 2 ** 30 })).toBe(false);
    expect(isAlive({ ...here, host: 'elsewhere' })).toBeNull();
    expect(isAlive({ ...here, boot: 'another boot' })).toBeNull();
  });

  it.runIf(process.platform === 'linux')('is dead when its number belongs to another process by now', () => {
    expect(isAlive({ ...currentHolder(), startTicks: '1' })).toBe(false);
  });
});
