import assert from 'node:assert/strict';
import type { JobRule, RetryPolicy } from '@aiflow/core';
import { failed } from '@aiflow/core';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';
import { withConfig, workflowOf } from '../context.ts';

const skip = needs('retries');
const retry: RetryPolicy = { limit: 1, delayMs: 10_000, backoff: 1, maxDelayMs: 10_000, jitter: 0 };
const onFailed: JobRule = { jobName: 'b', action: 'START', condition: failed({ jobName: 'a' }) };

export const retryCases: readonly SchedulerCase[] = [
  {
    name: 'a failed attempt is followed by another after its delay, up to the limit, and rules see the last failure',
    skip,
    run: async (context) => {
      const workflow = withConfig(workflowOf('workflow', ['a', 'b'], [onFailed]), 'a', { retry });
      const { workflowExecutionId: id } = await context.runWorkflow(workflow);
      (await context.runner.begun('a')).fail();
      await context.waits('a', id, 2, 'retrying');
      await context.clock.advance(9_999);
      await context.settledAt('a', 1);
      await context.settledAt('b', 0);
      await context.clock.advance(1);
      (await context.runner.begun('a', 2)).fail();
      (await context.runner.begun('b')).finish();
      await context.execution(id, 'FAILED');
      await context.settledAt('a', 2);
    },
  },
  {
    name: 'a retry comes at its time, or as soon as a scheduler is there again',
    skip,
    run: async (context) => {
      const workflow = withConfig(workflowOf('workflow', ['a']), 'a', { retry });
      const { workflowExecutionId: id } = await context.runWorkflow(workflow);
      (await context.runner.begun('a')).fail();
      await context.waits('a', id, 2, 'retrying');
      await context.reopen();
      await context.settledAt('a', 1);
      await context.scheduler.close();
      await context.clock.advance(10_000);
      await context.start();
      (await context.runner.begun('a', 2)).finish();
      await context.execution(id, 'FINISHED');
    },
  },
  {
    name: 'a job that waits for its retry can be stopped',
    skip,
    run: async (context) => {
      const workflow = withConfig(workflowOf('workflow', ['a', 'goes-on']), 'a', { retry });
      const { workflowExecutionId: id } = await context.runWorkflow(workflow);
      (await context.runner.begun('a')).fail();
      await context.waits('a', id, 2, 'retrying');
      assert.equal((await context.scheduler.stopJobExecution('a', id))?.status, 'KILLED');
      await context.clock.advance(10_000);
      await context.settledAt('a', 1);
    },
  },
];
