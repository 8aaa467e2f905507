// Run by `unshare --user --mount` with a number of runs and a seed: each run is a scheduler on a disk that becomes full
// while its jobs run, at another point each time, and is freed later. Prints for each run what came of it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Scheduler } from '@aiflow/core';
import { errorCode, finished } from '@aiflow/core';
import type { ScriptedRunner, TestHost } from '@aiflow/testkit';
import { createScriptedRunner, createTestHost } from '@aiflow/testkit';
import { localScheduler } from '../src/plugin.ts';
import { fillDisk } from './fill-disk.ts';
import { context, job, project, rule, workflowOf } from './workflow.ts';

const [, , runs = '1', seed = '1'] = process.argv;
const stateDir = mkdtempSync(join(tmpdir(), 'aiflow-full-disk-'));
process.on('exit', () => {
  execFileSync('umount', ['--lazy', stateDir]);
  rmSync(stateDir, { recursive: true });
});
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', stateDir]);
const host = await createTestHost({ stateDir });
for (let run = 0; run < Number(runs); run += 1) {
  console.log(JSON.stringify(await outcomeOf(run)));
  for (const suffix of ['', '.lock', '-wal', '-shm'])
    rmSync(`${stateDir}/${run}.db${suffix}`, { force: true });
}

async function outcomeOf(run: number): Promise<unknown> {
  const runner = createScriptedRunner();
  const scheduler = openScheduler(host, runner, run);
  await scheduler.start();
  await scheduler.submitWorkflow(
    workflowOf('workflow', ['a', 'b', 'c'], [rule('c', 'START', finished(job('a')))]),
    context,
  );
  const acknowledged = [await start(scheduler, `${run}`)];
  const [a, b] = [await runner.begun('a'), await runner.begun('b')];
  const ballast = `${stateDir}/ballast`;
  fillDisk(ballast, (run * 7919 + Number(seed) * 104_729) % 200_000);
  const refused = [
    await startUntilFull(scheduler, acknowledged, 20_000),
    await startUntilFull(scheduler, acknowledged, 0),
  ];
  a.finish();
  await delay(20);
  // What follows from its end begins when that is written down, and not before.
  const [first] = (await scheduler.getJobExecutions('a', acknowledged[0] ?? '')) ?? [];
  const isTrue = (first?.status === 'FINISHED') === runner.of('c').length > 0;
  const read = (await scheduler.getWorkflowExecution(acknowledged[0] ?? ''))?.status;
  rmSync(ballast);
  b.finish();
  const ends = await Promise.all(acknowledged.map((id) => untilEnded(scheduler, runner, id)));
  const listed = await scheduler.listWorkflowExecutions(project, 'workflow', { limit: 10_000 });
  const known = new Set(listed.map(({ workflowExecutionId }) => workflowExecutionId));
  const isWhole = acknowledged.every((id) => known.has(id));
  const ids = runner.attempts.map(({ attempt }) => attempt.attemptId);
  await scheduler.close();
  return { refused, isTrue, read, ends: [...new Set(ends)], isWhole, once: new Set(ids).size === ids.length };
}

function openScheduler(host: TestHost, runner: ScriptedRunner, run: number): Scheduler {
  const config = { database: `${run}.db`, max_running_jobs: 64, pools: {} };
  return localScheduler.create(config, { ...host, runner });
}

async function start(scheduler: Scheduler, filler: string): Promise<string> {
  const started = await scheduler.startNewWorkflowExecution(project, 'workflow', { parameters: { filler } });
  return started?.workflowExecutionId ?? '';
}

/** Gives the code by which it was refused at last. */
async function startUntilFull(
  scheduler: Scheduler,
  acknowledged: string[],
  size: number,
): Promise<string | null> {
  for (;;) {
    try {
      acknowledged.push(await start(scheduler, 'x'.repeat(size)));
    } catch (error) {
      return errorCode(error);
    }
  }
}

async function untilEnded(scheduler: Scheduler, runner: ScriptedRunner, id: string): Promise<unknown> {
  for (let left = 3000; left > 0; left -= 1) {
    for (const attempt of runner.attempts) if (!attempt.ended) attempt.finish();
    const info = await scheduler.getWorkflowExecution(id);
    if (info?.endDate !== null) return info?.status;
    await delay(10);
  }
  return 'it did not end';
}
