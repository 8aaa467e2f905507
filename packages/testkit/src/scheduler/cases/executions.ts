import assert from 'node:assert/strict';
import { finished } from '@aiflow/core';
import type { SchedulerCase } from '../case.ts';
import { project } from '../context.ts';

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export const executionCases: readonly SchedulerCase[] = [
  {
    name: 'an execution begins, runs and ends FINISHED, each with its date',
    run: async (context) => {
      const started = await context.run(['a'], [], { context: 'a context' });
      assert.ok(['INIT', 'RUNNING'].includes(started.status));
      assert.equal(started.context, 'a context');
      assert.equal(started.workflowInfo.workflowName, 'workflow');
      const attempt = await context.runner.begun('a');
      const running = await context.execution(started.workflowExecutionId, 'RUNNING');
      assert.match(running.startDate ?? '', iso);
      assert.equal(running.endDate, null);
      await context.clock.advance(1000);
      await later(running.startDate); // for a scheduler with a clock of its own
      attempt.finish();
      const ended = await context.execution(started.workflowExecutionId, 'FINISHED');
      assert.equal(ended.startDate, running.startDate);
      assert.match(ended.endDate ?? '', iso);
      assert.ok((ended.endDate ?? '') > (ended.startDate ?? ''), 'the end is later than the start');
    },
  },
  {
    name: 'context and parameters reach every attempt, and an execution without them says so',
    run: async (context) => {
      const parameters = { rate: 0.5, nested: { list: [1, 'two', null] } };
      const { workflowExecutionId } = await context.run(['a'], [], { context: 'eu', parameters });
      const { attempt } = await context.runner.begun('a');
      assert.deepEqual([attempt.context, attempt.parameters], ['eu', parameters]);
      assert.deepEqual(
        [attempt.workflowExecutionId, attempt.projectName, attempt.workflowName],
        [workflowExecutionId, project, 'workflow'],
      );
      await context.run(['a']);
      const plain = await context.runner.begun('a', 2);
      assert.deepEqual([plain.attempt.context, plain.attempt.parameters], [null, {}]);
    },
  },
  {
    name: 'an execution with a failed job ends FAILED, and what waits for that job does not begin',
    run: async (context) => {
      const rules = [{ jobName: 'b', action: 'START', condition: finished({ jobName: 'a' }) }] as const;
      const { workflowExecutionId: id } = await context.run(['a', 'b', 'c'], rules);
      (await context.runner.begun('a')).fail();
      (await context.runner.begun('c')).finish();
      await context.execution(id, 'FAILED');
      assert.equal(context.runner.of('b').length, 0);
    },
  },
  {
    name: 'executions of one workflow run side by side, each with its own end',
    run: async (context) => {
      const one = await context.run(['a']);
      const two = await context.scheduler.startNewWorkflowExecution(project, 'workflow');
      const attempts = [await context.runner.begun('a', 1), await context.runner.begun('a', 2)];
      const ofOne = attempts.find(({ attempt }) => attempt.workflowExecutionId === one.workflowExecutionId);
      ofOne?.fail();
      await context.execution(one.workflowExecutionId, 'FAILED');
      assert.equal(
        (await context.scheduler.getWorkflowExecution(two?.workflowExecutionId ?? ''))?.status,
        'RUNNING',
      );
      for (const attempt of attempts) if (attempt !== ofOne) attempt.finish();
      await context.execution(two?.workflowExecutionId ?? '', 'FINISHED');
    },
  },
  {
    name: 'one idempotency key of a workflow starts one execution, whatever its state and however often it is asked',
    run: async (context) => {
      const options = { idempotencyKey: 'the key' };
      await context.submit('workflow', ['a']);
      await context.submit('other', ['of-other']);
      const start = async (name: string): Promise<string | undefined> =>
        (await context.scheduler.startNewWorkflowExecution(project, name, options))?.workflowExecutionId;
      const ids = new Set(await Promise.all([start('workflow'), start('workflow'), start('workflow')]));
      assert.equal(ids.size, 1, 'the same key at the same time gives the same execution');
      const [id] = ids;
      (await context.runner.begun('a')).finish();
      await context.execution(id ?? '', 'FINISHED');
      assert.equal(await start('workflow'), id);
      await context.reopen();
      assert.equal(await start('workflow'), id);
      assert.notEqual(await start('other'), id, 'a key belongs to its workflow');
      await context.settledAt('a', 1);
    },
  },
  {
    name: 'listWorkflowExecutions gives the newest first, in pages',
    run: async (context) => {
      const ids: string[] = [];
      for (let count = 0; count < 5; count += 1) ids.unshift((await context.run(['a'])).workflowExecutionId);
      const page = async (options: { limit?: number; cursor?: string }): Promise<string[]> =>
        (await context.scheduler.listWorkflowExecutions(project, 'workflow', options)).map(
          (each) => each.workflowExecutionId,
        );
      assert.deepEqual(await page({}), ids);
      assert.deepEqual(await page({ limit: 2 }), ids.slice(0, 2));
      assert.deepEqual(await page({ limit: 2, cursor: ids[1] ?? '' }), ids.slice(2, 4));
      assert.deepEqual(await page({ cursor: ids[3] ?? '' }), ids.slice(4));
      assert.deepEqual(await page({ cursor: ids[4] ?? '' }), []);
    },
  },
  {
    name: 'an execution that does not exist is null',
    run: async ({ scheduler }) => {
      assert.equal(await scheduler.getWorkflowExecution('unknown'), null);
      assert.equal(await scheduler.stopWorkflowExecution('unknown'), null);
      assert.equal(await scheduler.listJobExecutions('unknown'), null);
      assert.equal(await scheduler.getJobExecutions('a', 'unknown'), null);
    },
  },
];

/** Waits for a later millisecond than the date's, so that an end that is given as the start can be told from one. */
async function later(date: string | null): Promise<void> {
  while (Date.now() <= Date.parse(date ?? '')) await new Promise((resolve) => setImmediate(resolve));
}
