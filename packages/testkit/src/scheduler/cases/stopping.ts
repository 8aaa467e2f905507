import assert from 'node:assert/strict';
import { finished } from '@aiflow/core';
import { rejectsWithCode } from '../../suite/expect.ts';
import { until, within } from '../../suite/wait.ts';
import type { SchedulerCase } from '../case.ts';
import { project } from '../context.ts';

export const stoppingCases: readonly SchedulerCase[] = [
  {
    name: 'stopWorkflowExecution resolves only when every stop is confirmed, KILLED, and nothing begins after it',
    run: async (context) => {
      const { scheduler, runner } = context;
      runner.holdStops(true);
      const rules = [{ jobName: 'c', action: 'START', condition: finished({ jobName: 'a' }) }] as const;
      const { workflowExecutionId: id } = await context.run(['a', 'b', 'c'], rules);
      const [a, b] = [await runner.begun('a'), await runner.begun('b')];
      let resolved = false;
      const stopping = scheduler.stopWorkflowExecution(id).finally(() => {
        resolved = true;
      });
      await until(
        'both attempts to be asked to stop',
        () => a.stopRequested && b.stopRequested,
        context.patience,
      );
      a.finish(); // it ended by itself before the stop reached it
      await context.settledAt('c', 0);
      assert.equal(resolved, false, 'a stop that is not confirmed is not over');
      b.confirmStop();
      assert.equal((await stopping)?.status, 'KILLED');
      assert.equal(
        (await scheduler.getJobExecutions('a', id))?.at(-1)?.status,
        'FINISHED',
        'its own end stands',
      );
      assert.equal((await scheduler.getJobExecutions('b', id))?.at(-1)?.status, 'KILLED');
      await context.settledAt('c', 0);
    },
  },
  {
    name: 'an execution that has ended is given back as it is, and its end never changes',
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['a']);
      (await context.runner.begun('a')).finish();
      const ended = await context.execution(id, 'FINISHED');
      assert.deepEqual(await context.scheduler.stopWorkflowExecution(id), ended);
      assert.deepEqual(await context.scheduler.getWorkflowExecution(id), ended);
    },
  },
  {
    name: 'a second stop of an execution waits for the same end',
    run: async (context) => {
      context.runner.holdStops(true);
      const { workflowExecutionId: id } = await context.run(['a']);
      const attempt = await context.runner.begun('a');
      const stops = [
        context.scheduler.stopWorkflowExecution(id),
        context.scheduler.stopWorkflowExecution(id),
      ];
      await until('the attempt to be asked to stop', () => attempt.stopRequested, context.patience);
      attempt.confirmStop();
      for (const stopped of await Promise.all(stops)) assert.equal(stopped?.status, 'KILLED');
    },
  },
  {
    name: 'a stop that fails is scheduler.stop_failed, leaves the attempt as it is, and can be asked for again',
    run: async (context) => {
      const { scheduler, runner, patience } = context;
      runner.holdStops(true);
      const { workflowExecutionId: id } = await context.run(['a']);
      const attempt = await runner.begun('a');
      await context.job('a', id, 'RUNNING');
      const refused = scheduler.stopWorkflowExecution(id);
      await until('the attempt to be asked to stop', () => attempt.stopRequested, patience);
      attempt.refuseStop();
      await rejectsWithCode(
        async () => await within('the answer to a stop that failed', refused, patience),
        'scheduler.stop_failed',
      );
      assert.equal((await scheduler.getJobExecutions('a', id))?.at(-1)?.status, 'RUNNING');
      runner.holdStops(false);
      assert.equal((await scheduler.stopWorkflowExecution(id))?.status, 'KILLED');
    },
  },
  {
    name: 'stopAllWorkflowExecution stops what has not ended, and gives each with its end',
    run: async (context) => {
      const { scheduler, runner } = context;
      const done = await context.run(['a']);
      (await runner.begun('a')).finish();
      await context.execution(done.workflowExecutionId, 'FINISHED');
      const running = [await context.run(['a']), await context.run(['a'])];
      await runner.begun('a', 3);
      const stopped = await scheduler.stopAllWorkflowExecution(project, 'workflow');
      const ids = stopped.map((each) => each.workflowExecutionId).sort();
      assert.deepEqual(ids, running.map((each) => each.workflowExecutionId).sort());
      for (const each of stopped) assert.equal(each.status, 'KILLED');
      for (const attempt of runner.attempts) assert.equal(attempt.ended, true);
      assert.deepEqual(await scheduler.stopAllWorkflowExecution(project, 'workflow'), []);
    },
  },
  {
    name: 'stopJobExecution resolves only when the stop is confirmed, and leaves the other jobs alone',
    run: async (context) => {
      const { scheduler, runner } = context;
      runner.holdStops(true);
      const { workflowExecutionId: id } = await context.run(['a', 'b']);
      const [a, b] = [await runner.begun('a'), await runner.begun('b')];
      let resolved = false;
      const stopping = scheduler.stopJobExecution('a', id).finally(() => {
        resolved = true;
      });
      await until('the attempt to be asked to stop', () => a.stopRequested, context.patience);
      await context.settledAt('a', 1);
      assert.equal(resolved, false, 'a stop that is not confirmed is not over');
      a.confirmStop();
      assert.equal((await stopping)?.status, 'KILLED');
      assert.equal(b.stopRequested, false);
      assert.equal((await scheduler.getJobExecutions('b', id))?.at(-1)?.status, 'RUNNING');
    },
  },
  {
    name: 'stopJobExecution is not allowed when no attempt runs, and null for what does not exist',
    run: async (context) => {
      const { scheduler, runner } = context;
      const rules = [
        { jobName: 'waits', action: 'START', condition: finished({ jobName: 'runs' }) },
      ] as const;
      const { workflowExecutionId: id } = await context.run(['a', 'runs', 'waits'], rules);
      (await runner.begun('a')).finish();
      await context.job('a', id, 'FINISHED');
      await rejectsWithCode(async () => await scheduler.stopJobExecution('a', id), 'scheduler.not_allowed');
      assert.equal(await scheduler.stopJobExecution('unknown', id), null);
      assert.equal(await scheduler.stopJobExecution('a', 'unknown'), null);
    },
  },
];
