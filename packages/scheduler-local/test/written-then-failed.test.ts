import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Scheduler, WorkflowExecutionInfo } from '@aiflow/core';
import { createRegistry, createRunner, errorCode, finished, registerJobPluginFactory } from '@aiflow/core';
import { createTestHost } from '@aiflow/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { localScheduler } from '../src/plugin.ts';
import { strikenBlob } from './faults/blob.ts';
import { fastClock } from './faults/fast-clock.ts';
import { Faults } from './faults/faults.ts';
import { strikeStore } from './faults/store.ts';
import { World, worldPlugin } from './faults/world.ts';
import { until } from './harness.ts';
import { context, job, project, rule, workflowOf } from './workflow.ts';

const executions = Number(process.env['AIFLOW_TEST_EXECUTIONS'] ?? 300);
const seed = Number(process.env['AIFLOW_TEST_SEED'] ?? Date.now() % 1_000_000);
/** So many are under way at once, and after so many the scheduler is opened anew. */
const [atOnce, perLife] = [100, 300];

const retry = { limit: 2, delayMs: 0, backoff: 1, maxDelayMs: 0, jitter: 0 };
const workflow = workflowOf('workflow', ['a', 'b', 'c'], [rule('c', 'START', finished(job('a')))], {
  configs: Object.fromEntries(['a', 'b', 'c'].map((name) => [name, { jobType: 'world', retry }])),
});

test(
  `where 1 % of all calls fail, half of them after they took effect, nothing is done twice and nothing is left undone (AIFLOW_TEST_SEED=${seed})`,
  { timeout: 60_000 + executions * 100 },
  async () => {
    const stateDir = mkdtempSync(`${existsSync('/dev/shm') ? '/dev/shm' : tmpdir()}/aiflow-faults-`);
    onTestFinished(() => rmSync(stateDir, { recursive: true }));
    const faults = new Faults(seed);
    onTestFinished(strikeStore(faults));
    const world = new World(faults);
    const open = await opener(stateDir, faults, world);
    let scheduler = await open();
    onTestFinished(async () => await scheduler.close());
    await scheduler.submitWorkflow(workflow, context);

    for (let first = 0; first < executions; first += atOnce) {
      faults.isQuiet = false;
      const keys = Array.from(
        { length: Math.min(atOnce, executions - first) },
        (_, at) => `key-${first + at}`,
      );
      const ids = await Promise.all(keys.map(async (key) => await start(scheduler, key)));
      if (first % perLife === 0) {
        await scheduler.close();
        scheduler = await open();
      }
      for (const id of ids) await until(`${id} to end`, async () => (await hasEnded(scheduler, id)) || null);
    }
    faults.isQuiet = true;
    expect(world.violations).toEqual([]);
    await until('what the world still runs to end', () => world.running === 0 || null);
    expect(await judge(scheduler, world)).toEqual([]);
    expect(new Set([...faults.struck.keys()].map((what) => what.split(',')[0])).size).toBeGreaterThan(4);
  },
);

/** Asks until it is acknowledged; the key makes it one execution, whatever failed before. */
async function start(scheduler: Scheduler, idempotencyKey: string): Promise<string> {
  for (;;) {
    try {
      const started = await scheduler.startNewWorkflowExecution(project, 'workflow', { idempotencyKey });
      if (started !== null) return started.workflowExecutionId;
    } catch (error) {
      if (errorCode(error) !== 'scheduler.store_failed') throw error;
    }
  }
}

async function hasEnded(scheduler: Scheduler, id: string): Promise<boolean> {
  const info = await scheduler.getWorkflowExecution(id);
  return info !== null && info.endDate !== null;
}

/** What the scheduler tells, beside what the world knows. */
async function judge(scheduler: Scheduler, world: World): Promise<string[]> {
  const wrong: string[] = [];
  const all = await scheduler.listWorkflowExecutions(project, 'workflow', { limit: 10 * executions });
  if (all.length !== executions) wrong.push(`${all.length} executions for ${executions} keys`);
  for (const execution of all) wrong.push(...(await judgeOne(scheduler, world, execution)));
  return wrong;
}

async function judgeOne(
  scheduler: Scheduler,
  world: World,
  { workflowExecutionId: id, status }: WorkflowExecutionInfo,
): Promise<string[]> {
  const attempts = (await scheduler.listJobExecutions(id)) ?? [];
  const wrong = attempts
    .filter((attempt) => attempt.status === 'FINISHED' && world.endOf(attempt.jobExecutionId) !== 'FINISHED')
    .map(({ jobExecutionId }) => `${jobExecutionId} is FINISHED and did not finish`);
  const well = ['a', 'b', 'c'].every(
    (name) => attempts.filter(({ jobName }) => jobName === name).at(-1)?.status === 'FINISHED',
  );
  if (well !== (status === 'FINISHED')) wrong.push(`${id} is ${status} where ${JSON.stringify(attempts)}`);
  return wrong;
}

async function opener(stateDir: string, faults: Faults, world: World): Promise<() => Promise<Scheduler>> {
  const host = await createTestHost({ stateDir, clock: fastClock(20) });
  const registry = createRegistry();
  registerJobPluginFactory(worldPlugin(world), registry);
  const runner = createRunner({ ...host, blob: strikenBlob(stateDir, faults), environment: {}, registry });
  return async () => {
    const scheduler = localScheduler.create(
      { database: 'scheduler.db', max_running_jobs: 64, pools: {} },
      { ...host, runner },
    );
    const before = faults.isQuiet;
    faults.isQuiet = true; // a start that fails is told to whoever starts it
    await scheduler.start();
    faults.isQuiet = before;
    return scheduler;
  };
}
