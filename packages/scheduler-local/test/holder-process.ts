// A process of its own that holds a scheduler: `node holder-process.ts STATE_DIR`. It says that it has started, or why
// not, and then stays until it is killed.
import { errorCode, messageOf, systemClock } from '@aiflow/core';
import { createScriptedRunner, createTestHost } from '@aiflow/testkit';
import { localScheduler } from '../src/plugin.ts';

const [stateDir = ''] = process.argv.slice(2);
const host = await createTestHost({ stateDir, clock: systemClock });
const scheduler = localScheduler.create(
  { database: 'scheduler.db', max_running_jobs: 4, pools: {} },
  { ...host, runner: createScriptedRunner() },
);
try {
  await scheduler.start();
} catch (error) {
  console.log(JSON.stringify({ error: errorCode(error), message: messageOf(error) }));
  process.exit(3);
}
console.log(JSON.stringify({ started: process.pid }));
setInterval(() => undefined, 60_000);
