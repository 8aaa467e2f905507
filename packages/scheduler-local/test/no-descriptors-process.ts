// Run with a low limit of open files: a scheduler starts and runs where none is left. Prints what came of each step.
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode, messageOf } from '@aiflow/core';
import { createScriptedRunner, createTestHost } from '@aiflow/testkit';
import { localScheduler } from '../src/plugin.ts';
import { context, project, workflowOf } from './workflow.ts';

const host = await createTestHost();
const runner = createScriptedRunner();
const config = { database: 'scheduler.db', max_running_jobs: 4, pools: {} };
const scheduler = localScheduler.create(config, { ...host, runner });

let free = useUp();
say({ start: await outcome(scheduler.start()) });
free();
say({ start: await outcome(scheduler.start()) });
await scheduler.submitWorkflow(workflowOf('workflow', ['a', 'b']), context);
const id = await start();
const [a] = [await runner.begun('a'), await runner.begun('b')];
free = useUp();
a.finish();
say({ a: await untilEnded('a') });
say({ start: await outcome(start()) });
say({ read: (await scheduler.getWorkflowExecution(id))?.status });
free();
(await runner.begun('b')).finish();
say({ b: await untilEnded('b') });
await scheduler.close();
await host.dispose();

/** Opens files until there are no more; gives what closes them. */
function useUp(): () => void {
  const files: number[] = [];
  try {
    for (;;) files.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if (errorCode(error) !== 'EMFILE') throw error;
  }
  return () => files.forEach((file) => closeSync(file));
}

async function start(): Promise<string> {
  return (await scheduler.startNewWorkflowExecution(project, 'workflow'))?.workflowExecutionId ?? '';
}

async function untilEnded(jobName: string): Promise<unknown> {
  for (let left = 2000; left > 0; left -= 1) {
    const attempt = (await scheduler.getJobExecutions(jobName, id))?.at(-1);
    if (attempt?.endDate !== null) return attempt?.status;
    await delay(10);
  }
  return 'it did not end';
}

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    return messageOf(error).includes('\n') ? 'many lines' : errorCode(error);
  }
}

function say(line: object): void {
  console.log(JSON.stringify(line));
}
