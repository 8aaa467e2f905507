import assert from 'node:assert/strict';
import type { JobRule } from '@aiflow/core';
import { all, any, ended, failed, finished, killed, running } from '@aiflow/core';
import { until } from '../../suite/wait.ts';
import type { SchedulerCase } from '../case.ts';

const job = (jobName: string): { readonly jobName: string } => ({ jobName });
const start = (jobName: string, condition: JobRule['condition']): JobRule => ({
  jobName,
  action: 'START',
  condition,
});

export const ruleCases: readonly SchedulerCase[] = [
  {
    name: 'jobs without a rule start with the execution, the others when their rule is met',
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(
        ['a', 'b', 'c'],
        [start('c', finished(job('a')))],
      );
      const [a, b] = [await context.runner.begun('a'), await context.runner.begun('b')];
      b.finish();
      await context.job('b', id, 'FINISHED');
      await context.settledAt('c', 0);
      a.finish();
      (await context.runner.begun('c')).finish();
      await context.execution(id, 'FINISHED');
    },
  },
  {
    name: 'all waits for every part, any for one, in whatever order they come',
    run: async (context) => {
      const both = all(finished(job('a')), finished(job('b')));
      const either = any(finished(job('a')), finished(job('b')));
      await context.run(['a', 'b', 'both', 'either'], [start('both', both), start('either', either)]);
      const [a, b] = [await context.runner.begun('a'), await context.runner.begun('b')];
      b.finish();
      await context.runner.begun('either');
      await context.settledAt('both', 0);
      a.finish();
      await context.runner.begun('both');
    },
  },
  {
    name: 'no rule begins a job again whose last attempt was lost, for that one may still run; a person can',
    run: async (context) => {
      const again = (jobName: string, condition: JobRule['condition']): JobRule => ({
        jobName,
        action: 'RESTART',
        condition,
      });
      const { workflowExecutionId: id } = await context.run(
        ['a', 'b', 'after', 'goes-on'],
        [again('a', failed(job('a'))), again('a', finished(job('b'))), start('after', failed(job('a')))],
      );
      (await context.runner.begun('a')).lose();
      await context.runner.begun('after'); // rules of other jobs act on it
      (await context.runner.begun('b')).finish();
      await context.job('b', id, 'FINISHED');
      await context.settledAt('a', 1);
      await context.scheduler.startJobExecution('a', id);
      (await context.runner.begun('a', 2)).fail();
      await context.runner.begun('a', 3); // that one was not lost
    },
  },
  {
    name: 'a rule can wait for a job to run, to fail or to be killed',
    run: async (context) => {
      const rules = [
        start('on-running', running(job('a'))),
        start('on-failed', failed(job('b'))),
        start('on-killed', killed(job('c'))),
        start('never', finished(job('c'))),
      ];
      const { workflowExecutionId: id } = await context.run(
        ['a', 'b', 'c', 'on-running', 'on-failed', 'on-killed', 'never'],
        rules,
      );
      await context.runner.begun('on-running');
      (await context.runner.begun('b')).fail();
      await context.runner.begun('on-failed');
      await context.runner.begun('c');
      await context.scheduler.stopJobExecution('c', id);
      await context.runner.begun('on-killed');
      await context.settledAt('never', 0);
    },
  },
  {
    name: 'what is declared to run after a failure runs, and the execution is FAILED all the same',
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(
        ['a', 'anyway', 'on-failure', 'on-success'],
        [
          start('anyway', ended(job('a'))),
          start('on-failure', failed(job('a'))),
          start('on-success', finished(job('a'))),
        ],
      );
      (await context.runner.begun('a')).fail();
      (await context.runner.begun('anyway')).finish();
      (await context.runner.begun('on-failure')).finish();
      await context.execution(id, 'FAILED');
      assert.equal(context.runner.of('on-success').length, 0);
    },
  },
  {
    name: 'a failed job that is started again and finishes makes its execution FINISHED',
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['a', 'goes-on']);
      (await context.runner.begun('a')).fail();
      await context.job('a', id, 'FAILED');
      await context.scheduler.startJobExecution('a', id);
      (await context.runner.begun('a', 2)).finish();
      (await context.runner.begun('goes-on')).finish();
      await context.execution(id, 'FINISHED');
    },
  },
  {
    name: 'a STOP rule stops its job, KILLED as stopped_by_rule, and the execution ends FINISHED',
    run: async (context) => {
      const rule: JobRule = { jobName: 'long', action: 'STOP', condition: finished(job('a')) };
      const { workflowExecutionId: id } = await context.run(['a', 'long', 'other'], [rule]);
      const [long, other] = [await context.runner.begun('long'), await context.runner.begun('other')];
      (await context.runner.begun('a')).finish();
      assert.equal((await context.job('long', id, 'KILLED')).reason, 'stopped_by_rule');
      assert.equal(long.stopRequested, true);
      assert.equal(other.stopRequested, false);
      await context.reopen();
      other.finish();
      assert.equal((await context.execution(id, 'FINISHED')).reason, null);
    },
  },
  {
    name: 'a job that a person stopped makes its execution KILLED, whatever its rules say afterwards',
    run: async (context) => {
      context.runner.holdStops(true);
      const rule: JobRule = { jobName: 'long', action: 'STOP', condition: finished(job('a')) };
      const { workflowExecutionId: id } = await context.run(['a', 'long'], [rule]);
      const long = await context.runner.begun('long');
      await context.job('long', id, 'RUNNING');
      const stopping = context.scheduler.stopJobExecution('long', id);
      await until('the attempt to be asked to stop', () => long.stopRequested, context.patience);
      (await context.runner.begun('a')).finish();
      await context.job('a', id, 'FINISHED');
      long.confirmStop();
      assert.equal((await stopping)?.reason, 'stopped');
      await context.execution(id, 'KILLED');
    },
  },
  {
    name: 'a RESTART rule stops its job and begins it anew only after the stop is confirmed',
    run: async (context) => {
      context.runner.holdStops(true);
      const rule: JobRule = { jobName: 'long', action: 'RESTART', condition: finished(job('a')) };
      const { workflowExecutionId: id } = await context.run(['a', 'long'], [rule]);
      const long = await context.runner.begun('long');
      (await context.runner.begun('a')).finish();
      await until('the attempt to be asked to stop', () => long.stopRequested, context.patience);
      await context.settledAt('long', 1);
      long.confirmStop();
      (await context.runner.begun('long', 2)).finish();
      await context.job('long', id, 'FINISHED');
    },
  },
  {
    name: 'a START rule does nothing while its job runs',
    run: async (context) => {
      const rules = [start('b', any(running(job('a')), finished(job('a'))))];
      const { workflowExecutionId: id } = await context.run(['a', 'b'], rules);
      await context.runner.begun('b');
      (await context.runner.begun('a')).finish();
      await context.job('a', id, 'FINISHED');
      await context.settledAt('b', 1);
    },
  },
];
