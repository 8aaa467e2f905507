import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { takeLock } from '../src/lock.ts';

/** Takes the lock as often as it is told, and writes down when it came and went: `lock-process PATH LOG TIMES HOLD`. */
const [path = '', log = '', times = '1', hold = '0'] = process.argv.slice(2);
for (let count = 0; count < Number(times); count += 1) {
  const lock = await takeLock(path, { isDone: () => false });
  appendFileSync(log, `in ${process.pid}\n`);
  await wait(Number(hold));
  appendFileSync(log, `out ${process.pid}\n`);
  lock?.release();
}
