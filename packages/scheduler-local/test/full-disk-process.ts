// Run by `unshare --user --mount`: fills the disk under a scheduler whose job runs, then frees it. Prints what came
// of each request.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createScriptedRunner, createTestHost } from '@aiflow/testkit';
import { localScheduler } from '../src/plugin.ts';
import { fillDisk } from './fill-disk.ts';
import { context, project, workflowOf } from './workflow.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'aiflow-full-disk-'));
process.on('exit', () => {
  execFileSync('umount', ['--lazy', stateDir]);
  rmSync(stateDir, { recursive: true });
});
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', stateDir]);
const host = await createTestHost({ stateDir });
const runner = createScriptedRunner();
const scheduler = localScheduler.create(
  { database: 'scheduler.db', max_running_jobs: 4, pools: {} },
  { ...host, runner },
);
await scheduler.start();
await scheduler.submitWorkflow(workflowOf('workflow', ['a']), context);
const execution = await scheduler.startNewWorkflowExecution(project, 'workflow');
const id = execution?.workflowExecutionId ?? '';
const attempt = await runner.begun('a');
await status('a', 'RUNNING');

fillDisk(`${stateDir}/ballast`);
const large = workflowOf(
  'large',
  Array.from({ length: 2000 }, (_, index) => `job_${index}`),
);
say({ submit: await outcome(scheduler.submitWorkflow(large, context)) });
say({ start: await outcome(publishUntilFull()) });
attempt.finish();
await until(() =>
  host.logger.records.some(({ level, message }) => level === 'error' && message.includes('is full')),
);
say({ read: (await scheduler.getWorkflowExecution(id))?.status });
say({ said: host.logger.records.every(({ message }) => !message.includes('\n')) });

rmSync(`${stateDir}/ballast`);
await until(async () => (await scheduler.getWorkflowExecution(id))?.endDate !== null);
say({ ended: (await scheduler.getWorkflowExecution(id))?.status });
say({ submit: await outcome(scheduler.submitWorkflow(workflowOf('small', ['a']), context)) });
await scheduler.close();

/** Uses up what little room the log itself still has. */
async function publishUntilFull(): Promise<void> {
  for (;;)
    await scheduler.startNewWorkflowExecution(project, 'workflow', {
      parameters: { filler: 'x'.repeat(4096) },
    });
}

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'ok',
    (error: unknown): unknown => Reflect.get(Object(error), 'code'),
  );
}

async function status(jobName: string, wanted: string): Promise<void> {
  await until(async () => (await scheduler.getJobExecutions(jobName, id))?.at(-1)?.status === wanted);
}

async function until(probe: () => boolean | Promise<boolean>): Promise<void> {
  for (let left = 2000; !(await probe()); left -= 1) {
    if (left === 0) throw new Error('waited for too long');
    await delay(10);
  }
}

function say(line: object): void {
  console.log(JSON.stringify(line));
}
