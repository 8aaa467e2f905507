import { closeSync, openSync, readSync } from 'node:fs';
import { errorCode } from '@aiflow/core';

/**
 * The environment that a process began with, valid until the next call; null when the process is gone or another
 * user's. One that is becoming another program (execve(2)) has none for a moment, since the end of the new one is not
 * set yet: it is read again until it is, or a process would be overlooked just when it begins.
 */
export function readEnvironment(pid: number): Buffer | null {
  const path = `/proc/${pid}/environ`;
  for (let tries = 0; ; tries += 1) {
    const environment = readWhole(path);
    if (environment === null || environment.length > 0 || tries === mostTries) return environment;
    const stat = readText(`/proc/${pid}/stat`);
    const kept = stat === null ? 'none' : keepsEnvironment(stat);
    if (kept === 'none' || (kept === 'empty' && tries >= triesOfEmpty)) return environment;
    // With `some` it has become another since it was read, and may be on its way to the next already.
    if (kept !== 'some') Atomics.wait(moment, 0, 0, 1);
  }
}

/** In milliseconds, nearly; it takes microseconds on a machine that is not overloaded. */
const mostTries = 500;
/** What execve(2) sets up begins as an empty environment and grows: one that stays empty is. */
const triesOfEmpty = 5;
const moment = new Int32Array(new SharedArrayBuffer(4));
/** PF_KTHREAD of the kernel's include/linux/sched.h: such a thread never has an environment. */
const kernelThread = 0x0020_0000;

/** What a process that showed no environment has of one; `not_yet` while it becomes another program, or ends. */
function keepsEnvironment(stat: string): 'none' | 'not_yet' | 'empty' | 'some' {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, flags, start, end] = [fields[0], Number(fields[6]), fields[47], fields[48]]; // fields 3, 9, 50, 51
  if (state === 'Z' || state === 'X' || (flags & kernelThread) !== 0) return 'none';
  if (end === '0') return 'not_yet';
  return start === end ? 'empty' : 'some';
}

/** A file of /proc as text; null when the process is gone or another user's. */
export function readText(path: string): string | null {
  return readWhole(path)?.toString('latin1').trim() ?? null;
}

let buffer: Buffer = Buffer.allocUnsafe(64 * 1024);

/**
 * A file of /proc, valid until the next call; null when the process is gone or another user's. These files tell no
 * size, and `readFileSync` takes twice as long to find their end.
 */
function readWhole(path: string): Buffer | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    return nullWhenHidden(error);
  }
  try {
    let length = 0;
    for (;;) {
      const count = readSync(file, buffer, length, buffer.length - length, null);
      if (count === 0) return buffer.subarray(0, length);
      length += count;
      if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(length)]);
    }
  } catch (error) {
    return nullWhenHidden(error);
  } finally {
    closeSync(file);
  }
}

function nullWhenHidden(error: unknown): null {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
  throw error;
}
