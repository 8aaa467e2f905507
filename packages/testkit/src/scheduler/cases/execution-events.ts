import assert from 'node:assert/strict';
import type { JobRule, NewEvent } from '@aiflow/core';
import { event } from '@aiflow/core';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';
import type { SchedulerContext } from '../context.ts';
import { project, projectContext, workflowOf } from '../context.ts';

const skip = needs('events');
const news: NewEvent = { key: 'news', value: 'good' };

function onNews(jobName: string): JobRule {
  return { jobName, action: 'START', condition: event({ key: 'news' }) };
}

/** Starts an execution of another workflow, whose job `reader` waits for news. */
async function startReader(context: SchedulerContext, of: string | null = null): Promise<void> {
  const workflow = workflowOf('other', ['reader'], [onNews('reader')]);
  await context.scheduler.submitWorkflow(workflow, projectContext());
  await context.scheduler.startNewWorkflowExecution(project, 'other', { context: of });
}

export const executionEventCases: readonly SchedulerCase[] = [
  {
    name: 'what a job puts into its outbox reaches its own execution, none beside it, and other workflows',
    skip,
    run: async (context) => {
      const first = await context.run(['a', 'b'], [onNews('b')]);
      await context.run(['a', 'b'], [onNews('b')]);
      await startReader(context);
      await context.runner.begun('a', 2);
      const a = context.runner
        .of('a')
        .find(({ attempt }) => attempt.workflowExecutionId === first.workflowExecutionId);
      a?.putIntoOutbox({ key: 'news', value: 'good', event_type: 'UNDEFINED', namespace: 'default' });
      a?.finish();
      const b = await context.runner.begun('b');
      assert.equal(b.attempt.workflowExecutionId, first.workflowExecutionId);
      await context.runner.begun('reader');
      await context.settledAt('b', 1);
      const [published] = await context.scheduler.events.list({ key: 'news' });
      assert.equal(published?.workflowExecutionId, first.workflowExecutionId);
    },
  },
  {
    name: 'an event that names an execution reaches it whatever its context, and others of its workflow never',
    skip,
    run: async (context) => {
      const north = await context.run(['b'], [onNews('b')], { context: 'north' });
      await context.run(['b'], [onNews('b')], { context: 'south' });
      await startReader(context, 'south');
      const { workflowExecutionId } = north;
      await context.scheduler.events.publish([{ ...news, context: 'south', workflowExecutionId }]);
      const b = await context.runner.begun('b');
      assert.equal(b.attempt.workflowExecutionId, workflowExecutionId);
      await context.runner.begun('reader'); // which goes by the context
      await context.settledAt('b', 1);
    },
  },
  {
    name: 'an event of an execution that has ended reaches other workflows, and one of an unknown execution nobody',
    skip,
    run: async (context) => {
      const { events } = context.scheduler;
      const ended = await context.run(['b'], [onNews('b')]);
      await context.scheduler.stopWorkflowExecution(ended.workflowExecutionId);
      await context.run(['b'], [onNews('b')]);
      await startReader(context);
      await events.publish([{ ...news, workflowExecutionId: 'unknown' }]);
      await context.settledAt('reader', 0);
      await events.publish([{ ...news, workflowExecutionId: ended.workflowExecutionId }]);
      await context.runner.begun('reader');
      await context.settledAt('b', 0);
      const kept = await events.list({ key: 'news' });
      assert.deepEqual(
        kept.map(({ workflowExecutionId }) => workflowExecutionId),
        ['unknown', ended.workflowExecutionId],
      );
    },
  },
];
