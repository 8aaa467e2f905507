// A process of its own whose workflows start by themselves, for tests that kill it: `node hasty-process.ts STATE_DIR
// FIRST`. It publishes events without end, numbered from FIRST, and prints the number of each that was acknowledged.
import { hastyScheduler, submitAll } from './hasty-scheduler.ts';
import { context } from './workflow.ts';

const [stateDir = '', first = '0'] = process.argv.slice(2);
const scheduler = await hastyScheduler(stateDir);
await scheduler.start();
await submitAll(scheduler, context);
console.log('started');
for (let number = Number(first); ; number += 2) {
  const value = (each: number): string => `event ${each}`;
  await scheduler.events.publish([
    { key: 'go', value: value(number), sender: 'hasty', sequence: number },
    { key: 'go', value: value(number + 1), sender: 'hasty', sequence: number + 1 },
  ]);
  console.log(number + 1);
}
