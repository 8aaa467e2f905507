import assert from 'node:assert/strict';
import type { Scheduler } from '@aiflow/core';
import { findNonJson, finished } from '@aiflow/core';
import { rejectsWithCode } from '../../suite/expect.ts';
import type { SchedulerCase } from '../case.ts';
import { project, projectContext, workflowOf } from '../context.ts';

export const lifecycleCases: readonly SchedulerCase[] = [
  {
    name: 'every method is scheduler.closed before the start and after the close',
    run: async (context) => {
      const closed = context.scheduler;
      await closed.close();
      await closed.close(); // a second one does nothing
      const notStarted = await context.open();
      for (const scheduler of [closed, notStarted]) {
        for (const call of everyMethod(scheduler)) await rejectsWithCode(call, 'scheduler.closed');
      }
    },
  },
  {
    name: 'a second scheduler on the same store is scheduler.busy until the first has closed',
    run: async (context) => {
      const second = await context.open();
      await rejectsWithCode(async () => await second.start(), 'scheduler.busy');
      await context.submit('workflow', ['a']); // the first is not disturbed
      await context.scheduler.close();
      await second.start();
      assert.notEqual(await second.startNewWorkflowExecution(project, 'workflow'), null);
    },
  },
  {
    name: 'workflows, executions and attempts are there after a restart, as they were',
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['a', 'b'], [], {
        context: 'kept',
        parameters: { p: 1 },
      });
      (await context.runner.begun('a')).finish({ node_1: 'value' });
      (await context.runner.begun('b')).fail();
      await context.execution(id, 'FAILED');
      await context.scheduler.pauseWorkflowScheduling(project, 'workflow');
      const look = async (scheduler: Scheduler): Promise<unknown> => [
        await scheduler.getWorkflowExecution(id),
        await scheduler.listWorkflowExecutions(project, 'workflow'),
        await scheduler.listJobExecutions(id),
      ];
      const before = await look(context.scheduler);
      assert.deepEqual(await look(await context.reopen()), before);
      assert.equal((await context.scheduler.deleteWorkflow(project, 'workflow'))?.isPaused, true);
      await context.settledAt('a', 1);
    },
  },
  {
    name: 'a close leaves running attempts alone, and the next start finds them and does not begin them again',
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['a']);
      const attempt = await context.runner.begun('a');
      await context.job('a', id, 'RUNNING');
      await context.reopen();
      assert.equal(attempt.stopRequested, false);
      await context.settledAt('a', 1);
      attempt.finish();
      await context.execution(id, 'FINISHED');
      assert.equal((await context.scheduler.getJobExecutions('a', id))?.length, 1);
    },
  },
  {
    name: 'a close lets go of what runs, so that the process can end',
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['a']);
      const attempt = await context.runner.begun('a');
      await context.job('a', id, 'RUNNING');
      await context.scheduler.close();
      assert.equal(attempt.detached, true, 'detach() was called');
    },
  },
  {
    name: 'an attempt that ended while no scheduler ran has its end, and what waits for it begins',
    run: async (context) => {
      const rules = [{ jobName: 'b', action: 'START', condition: finished({ jobName: 'a' }) }] as const;
      const { workflowExecutionId: id } = await context.run(['a', 'b'], rules);
      const attempt = await context.runner.begun('a');
      await context.job('a', id, 'RUNNING');
      await context.reopen(() => attempt.finish({ node_1: 'while nobody looked' }));
      (await context.runner.begun('b')).finish();
      await context.execution(id, 'FINISHED');
      assert.deepEqual((await context.job('a', id, 'FINISHED')).values, { node_1: 'while nobody looked' });
      await context.settledAt('a', 1);
    },
  },
  {
    name: 'the config is shown as plain JSON',
    run: async ({ scheduler }) => {
      assert.equal(findNonJson(scheduler.config), null);
    },
  },
];

/** A call of each method that every scheduler has, with arguments that would do where the scheduler runs. */
function everyMethod(scheduler: Scheduler): (() => Promise<unknown>)[] {
  return [
    () => scheduler.submitWorkflow(workflowOf('workflow', ['a']), projectContext()),
    () => scheduler.deleteWorkflow(project, 'workflow'),
    () => scheduler.pauseWorkflowScheduling(project, 'workflow'),
    () => scheduler.resumeWorkflowScheduling(project, 'workflow'),
    () => scheduler.listParkedEvents(project, 'workflow'),
    () => scheduler.startNewWorkflowExecution(project, 'workflow'),
    () => scheduler.stopAllWorkflowExecution(project, 'workflow'),
    () => scheduler.stopWorkflowExecution('id'),
    () => scheduler.getWorkflowExecution('id'),
    () => scheduler.listWorkflowExecutions(project, 'workflow'),
    () => scheduler.startJobExecution('a', 'id'),
    () => scheduler.stopJobExecution('a', 'id'),
    () => scheduler.restartJobExecution('a', 'id'),
    () => scheduler.getJobExecutions('a', 'id'),
    () => scheduler.listJobExecutions('id'),
  ];
}
