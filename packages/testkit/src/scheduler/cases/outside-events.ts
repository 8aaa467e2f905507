import assert from 'node:assert/strict';
import type { JobRule, NewEvent } from '@aiflow/core';
import { all, datasetChanged, event, finished, statusEventTypes } from '@aiflow/core';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';
import { withJob, workflowOf } from '../context.ts';

const skip = needs('events');
const onNews: JobRule = { jobName: 'b', action: 'START', condition: event({ key: 'news' }) };
const news: NewEvent = { key: 'news', value: 'good' };

export const outsideEventCases: readonly SchedulerCase[] = [
  {
    name: 'an event starts the job that waits for it, and an execution that waits goes on until it is stopped',
    skip,
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['a', 'b'], [onNews]);
      (await context.runner.begun('a')).finish();
      await context.job('a', id, 'FINISHED');
      await context.settledAt('b', 0);
      await context.scheduler.events.publish([{ key: 'other', value: 'good' }]);
      await context.settledAt('b', 0);
      await context.scheduler.events.publish([news]);
      (await context.runner.begun('b')).finish();
      await context.job('b', id, 'FINISHED');
      assert.equal((await context.scheduler.getWorkflowExecution(id))?.status, 'RUNNING');
      assert.equal((await context.scheduler.stopWorkflowExecution(id))?.status, 'KILLED');
    },
  },
  {
    name: 'an event goes to the executions of its context, and one without a context to all',
    skip,
    run: async (context) => {
      const north = await context.run(['b'], [onNews], { context: 'north' });
      const south = await context.run(['b'], [onNews], { context: 'south' });
      await context.scheduler.events.publish([{ ...news, context: 'south' }]);
      const first = await context.runner.begun('b');
      assert.equal(first.attempt.workflowExecutionId, south.workflowExecutionId);
      await context.settledAt('b', 1);
      await context.scheduler.events.publish([news]);
      const second = await context.runner.begun('b', 2);
      assert.equal(second.attempt.workflowExecutionId, north.workflowExecutionId);
    },
  },
  {
    name: 'an event that is published again starts nothing again',
    skip,
    run: async (context) => {
      const condition = event({ key: 'news', life: 'REPEATED' });
      const { workflowExecutionId: id } = await context.run(['b'], [{ ...onNews, condition }]);
      await context.scheduler.events.publish([{ ...news, sender: 's', sequence: 1 }]);
      (await context.runner.begun('b')).finish();
      await context.job('b', id, 'FINISHED');
      await context.scheduler.events.publish([{ ...news, sender: 's', sequence: 1 }]);
      await context.settledAt('b', 1);
    },
  },
  {
    name: 'what came before a restart counts after it, and what was used up does not',
    skip,
    run: async (context) => {
      const condition = all(event({ key: 'news' }), event({ key: 'more' }));
      const { workflowExecutionId: id } = await context.run(['b'], [{ ...onNews, condition }]);
      await context.scheduler.events.publish([news]);
      await context.reopen();
      await context.scheduler.events.publish([{ key: 'more', value: '' }]);
      (await context.runner.begun('b')).finish();
      await context.job('b', id, 'FINISHED');
      await context.reopen();
      await context.scheduler.events.publish([{ key: 'more', value: '' }]);
      await context.settledAt('b', 1);
    },
  },
  {
    name: 'a change of a job acts in its own execution only, and not when somebody else publishes it',
    skip,
    run: async (context) => {
      const rules: readonly JobRule[] = [{ ...onNews, condition: finished({ jobName: 'a' }) }];
      const one = await context.run(['a', 'b'], rules);
      await context.run(['a', 'b'], rules);
      const forged = { key: 'a', value: 'FINISHED', eventType: statusEventTypes.job };
      await context.scheduler.events.publish([{ ...forged, sender: one.workflowExecutionId }]);
      await context.settledAt('b', 0);
      await context.runner.begun('a', 2);
      (await context.runner.begun('a')).finish();
      await context.runner.begun('b');
      await context.settledAt('b', 1);
    },
  },
  {
    name: 'a job that finished says so of each dataset that it writes',
    skip,
    run: async (context) => {
      const rows = { name: 'rows', uri: 's3://bucket/rows', format: null, schema: null, properties: {} };
      const waits: JobRule = { ...onNews, condition: datasetChanged(rows) };
      const workflow = withJob(workflowOf('workflow', ['a', 'b'], [waits]), 'a', (job) => ({
        ...job,
        outputDatasets: [rows],
      }));
      const { workflowExecutionId: id } = await context.runWorkflow(workflow);
      (await context.runner.begun('a')).finish();
      await context.runner.begun('b');
      const [changed] = await context.scheduler.events.list({ key: 'rows' });
      assert.deepEqual([changed?.value, changed?.namespace, changed?.sender], [rows.uri, 'default', id]);
    },
  },
  {
    name: 'what a job puts into its outbox is published once and before its end, also when no scheduler was there',
    skip,
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['a', 'b'], [onNews]);
      const attempt = await context.runner.begun('a');
      await context.job('a', id, 'RUNNING');
      await context.reopen(() => {
        attempt.putIntoOutbox({ key: 'news', value: 'good', event_type: 'UNDEFINED', namespace: 'default' });
        attempt.putIntoOutbox('this is no event');
        attempt.finish();
      });
      await context.job('a', id, 'FINISHED');
      await context.runner.begun('b');
      const [published, ...others] = await context.scheduler.events.list({ key: 'news' });
      assert.equal(others.length, 0);
      const end = (await context.scheduler.events.list({ key: 'a' })).find(
        ({ value }) => value === 'FINISHED',
      );
      assert.ok((published?.version ?? Infinity) < (end?.version ?? 0));
    },
  },
];
