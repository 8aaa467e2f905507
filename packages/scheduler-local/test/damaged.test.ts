import { copyFileSync, mkdirSync, openSync, closeSync, statSync, writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Scheduler } from '@aiflow/core';
import { errorCode, messageOf } from '@aiflow/core';
import { createScriptedRunner, createTestHost } from '@aiflow/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { localScheduler } from '../src/plugin.ts';
import { context, project, workflowOf } from './workflow.ts';

const pageSize = 4096;

/** Everything that the scheduler tells of what it holds. */
async function tell(scheduler: Scheduler): Promise<unknown> {
  const executions = await scheduler.listWorkflowExecutions(project, 'workflow');
  const attempts = executions.map((each) => scheduler.listJobExecutions(each.workflowExecutionId));
  return [executions, await Promise.all(attempts), await scheduler.events.list({})];
}

test('whichever page of the database is damaged, nothing false is told: it is as it was, or it is refused in one line', async () => {
  const host = await createTestHost();
  onTestFinished(async () => await host.dispose());
  const open = (directory: string): Scheduler =>
    localScheduler.create(
      { database: `${directory}/scheduler.db`, max_running_jobs: 1, pools: {} },
      { ...host, runner: createScriptedRunner() },
    );
  const good = open('good');
  await good.start();
  await good.submitWorkflow(workflowOf('workflow', ['a', 'b', 'c']), context);
  for (let count = 0; count < 12; count += 1) await good.startNewWorkflowExecution(project, 'workflow');
  await good.stopAllWorkflowExecution(project, 'workflow');
  const told = await tell(good);
  await good.close();

  const pages = statSync(`${host.stateDir}/good/scheduler.db`).size / pageSize;
  const outcomes: string[] = [];
  for (let page = 0; page < pages; page += 1) {
    mkdirSync(`${host.stateDir}/${page}`);
    damage(`${host.stateDir}/good/scheduler.db`, `${host.stateDir}/${page}/scheduler.db`, page);
    const scheduler = open(String(page));
    onTestFinished(async () => await scheduler.close());
    outcomes.push(await outcomeOf(scheduler, told));
  }
  expect(outcomes[0]).toBe('scheduler.store_corrupt');
  expect(new Set(outcomes)).toEqual(new Set(['scheduler.store_corrupt', 'as it was']));
});

function damage(from: string, to: string, page: number): void {
  copyFileSync(from, to);
  const file = openSync(to, 'r+');
  writeSync(file, Buffer.alloc(pageSize, 0xa5), 0, pageSize, page * pageSize);
  closeSync(file);
}

async function outcomeOf(scheduler: Scheduler, told: unknown): Promise<string> {
  try {
    await scheduler.start();
    return isDeepStrictEqual(await tell(scheduler), told) ? 'as it was' : 'something else';
  } catch (error) {
    return messageOf(error).includes('\n') ? 'many lines' : (errorCode(error) ?? messageOf(error));
  }
}
