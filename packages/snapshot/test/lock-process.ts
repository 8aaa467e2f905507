import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { takeLock } from '../src/lock.ts';

/** What another process does with a lock, told as JSON in its arguments. */
export interface LockTask {
  readonly path: string;
  /** Where it writes down when it came and went. */
  readonly log: string;
  readonly times: number;
  /** For how long it holds the lock, in milliseconds. */
  readonly hold: number;
}

const { path, log, times, hold } = JSON.parse(process.argv[2] ?? '{}') as LockTask;
for (let count = 0; count < times; count += 1) {
  const lock = await takeLock(path, { isDone: () => false });
  appendFileSync(log, `in ${process.pid}\n`);
  await wait(hold);
  appendFileSync(log, `out ${process.pid}\n`);
  lock?.release();
}
