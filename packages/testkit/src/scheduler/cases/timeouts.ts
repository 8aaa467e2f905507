import assert from 'node:assert/strict';
import { until } from '../../suite/wait.ts';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';
import { withConfig, workflowOf } from '../context.ts';

const skip = needs('timeouts');

export const timeoutCases: readonly SchedulerCase[] = [
  {
    name: 'an attempt that runs longer than its timeout is stopped, and FAILED as timeout once that is confirmed',
    skip,
    run: async (context) => {
      context.runner.holdStops(true);
      const workflow = withConfig(workflowOf('workflow', ['a']), 'a', { timeoutMs: 10_000 });
      const { workflowExecutionId: id } = await context.runWorkflow(workflow);
      const attempt = await context.runner.begun('a');
      await context.job('a', id, 'RUNNING');
      await context.clock.advance(9_999);
      await context.settledAt('a', 1);
      assert.equal(attempt.stopRequested, false);
      await context.clock.advance(1);
      await until('the attempt to be asked to stop', () => attempt.stopRequested, context.patience);
      assert.equal((await context.scheduler.getJobExecutions('a', id))?.[0]?.status, 'RUNNING');
      attempt.confirmStop();
      const ended = await context.job('a', id, 'FAILED');
      assert.deepEqual([ended.reason, ended.error?.code], ['timeout', 'job.timeout']);
    },
  },
  {
    name: 'a timeout counts from when the job runs, also while no scheduler is there',
    skip,
    run: async (context) => {
      const workflow = withConfig(workflowOf('workflow', ['a']), 'a', { timeoutMs: 10_000 });
      const { workflowExecutionId: id } = await context.runWorkflow(workflow);
      const attempt = await context.runner.begun('a');
      await context.job('a', id, 'RUNNING');
      await context.clock.advance(5_000);
      await context.reopen();
      await context.clock.advance(4_999);
      await context.settledAt('a', 1);
      assert.equal(attempt.stopRequested, false);
      await context.clock.advance(1);
      assert.equal((await context.job('a', id, 'FAILED')).reason, 'timeout');
    },
  },
];
