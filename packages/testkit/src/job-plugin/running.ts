import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../suite/wait.ts';
import type { PreparedJob, Workbench } from './workbench.ts';

/** How long something that was under way to the engine may take to come to light there, in milliseconds. */
const settling = 2000;

/**
 * Nothing of the attempt runs on the engine, and with `alsoLater` nothing comes to light there in the next two seconds.
 * For a suite that does not say what runs there, nothing is asked.
 */
export async function assertNothingRuns(
  { options }: Workbench,
  { env }: PreparedJob,
  { alsoLater }: { readonly alsoLater: boolean },
): Promise<void> {
  if (options.runningOf === undefined) return;
  const end = performance.now() + (alsoLater ? settling : 0);
  for (;;) {
    const running = await options.runningOf(env.attemptId);
    assert.deepEqual(running, [], 'this runs on the engine, and nobody would find it');
    if (performance.now() >= end) return;
    await delay(200);
  }
}

/** The attempt runs on the engine once: as soon as it is there, and not a second time. */
export async function assertRunsOnce({ options, patience }: Workbench, { env }: PreparedJob): Promise<void> {
  const { runningOf } = options;
  if (runningOf === undefined) return;
  const running = await until(
    'the job on the engine',
    async () => {
      const found = await runningOf(env.attemptId);
      return found.length > 0 && found;
    },
    patience,
  );
  assert.equal(running.length, 1, `the job runs once on the engine, and not as ${running.join(' and ')}`);
}
