import assert from 'node:assert/strict';
import { finished } from '@aiflow/core';
import { rejectsWithCode } from '../../suite/expect.ts';
import { until } from '../../suite/wait.ts';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';

const afterA = [{ jobName: 'b', action: 'START', condition: finished({ jobName: 'a' }) }] as const;

export const jobCases: readonly SchedulerCase[] = [
  {
    name: 'an attempt is recorded with its id, number, status, dates, log directory and values',
    run: async (context) => {
      const { workflowExecutionId } = await context.run(['a']);
      const scripted = await context.runner.begun('a');
      const running = await context.job('a', workflowExecutionId, 'RUNNING');
      assert.equal(running.jobExecutionId, scripted.attempt.attemptId);
      assert.ok(running.startDate !== null && running.endDate === null);
      scripted.finish({ node_1: { rows: 333 } });
      const { startDate, endDate, ...facts } = await context.job('a', workflowExecutionId, 'FINISHED');
      assert.ok(startDate === running.startDate && endDate !== null && endDate >= startDate);
      assert.deepEqual(
        { ...facts, reason: null, executionLabel: null },
        {
          jobName: 'a',
          jobExecutionId: scripted.attempt.attemptId,
          attemptNumber: 1,
          workflowExecutionId,
          status: 'FINISHED',
          reason: null,
          executionLabel: null,
          logDir: `/scripted/${scripted.attempt.attemptId}`,
          values: { node_1: { rows: 333 } },
          error: null,
        },
      );
    },
  },
  {
    name: 'the label of a running job is shown as it changes, also by the next scheduler, and is gone when the job has ended',
    skip: needs('labels'),
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['a']);
      const attempt = await context.runner.begun('a');
      await context.job('a', id, 'RUNNING');
      const label = async (): Promise<string | null> =>
        (await context.scheduler.getJobExecutions('a', id))?.at(-1)?.executionLabel ?? null;
      const shown = async (expected: string | null): Promise<void> =>
        void (await until(
          `the label to be ${expected}`,
          async () => (await label()) === expected,
          context.patience,
        ));
      await shown(null);
      attempt.say('waits for data');
      await shown('waits for data');
      await context.reopen();
      attempt.say('half done');
      await shown('half done');
      attempt.say(null);
      await shown(null);
      attempt.say('nearly done');
      await shown('nearly done');
      attempt.finish();
      await context.job('a', id, 'FINISHED');
      assert.equal(await label(), null);
    },
  },
  {
    name: 'a failed attempt keeps its error',
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['a', 'b']);
      (await context.runner.begun('a')).fail('out of fish');
      const { error } = await context.job('a', id, 'FAILED');
      assert.deepEqual(error, { code: 'scripted.failed', message: 'out of fish', context: {} });
    },
  },
  {
    name: 'an attempt whose end cannot be known is FAILED as lost',
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['a']);
      (await context.runner.begun('a')).lose();
      assert.equal((await context.job('a', id, 'FAILED')).reason, 'lost');
      await context.execution(id, 'FAILED');
    },
  },
  {
    name: 'a job that does not exist is null, and one that has not begun has no attempt that did',
    run: async (context) => {
      const { scheduler } = context;
      const { workflowExecutionId: id } = await context.run(['a', 'b'], afterA);
      await context.runner.begun('a');
      assert.equal(await scheduler.getJobExecutions('unknown', id), null);
      const waiting = await scheduler.getJobExecutions('b', id);
      assert.ok(waiting?.every(({ status }) => status === 'INIT'));
      assert.equal(await scheduler.startJobExecution('unknown', id), null);
      assert.equal(await scheduler.startJobExecution('a', 'unknown'), null);
      assert.equal(await scheduler.restartJobExecution('unknown', id), null);
      assert.equal(await scheduler.restartJobExecution('a', 'unknown'), null);
    },
  },
  {
    name: 'listJobExecutions gives every attempt of every job, oldest first',
    run: async (context) => {
      const { scheduler, runner } = context;
      const { workflowExecutionId: id } = await context.run(['a', 'b', 'goes-on'], afterA);
      (await runner.begun('a')).finish();
      await context.job('b', id, 'RUNNING');
      await context.job('goes-on', id, 'RUNNING');
      await scheduler.restartJobExecution('a', id);
      await context.job('a', id, 'RUNNING');
      const begun = (await scheduler.listJobExecutions(id))?.filter(({ status }) => status !== 'INIT') ?? [];
      const ofA = begun.filter(({ jobName }) => jobName === 'a').map(({ attemptNumber }) => attemptNumber);
      assert.deepEqual(ofA, [1, 2]);
      assert.deepEqual(new Set(begun.map(({ jobName }) => jobName)), new Set(['a', 'b', 'goes-on']));
      assert.equal(begun.at(-1)?.attemptNumber, 2, 'the newest stands last');
      for (const each of begun) assert.equal(each.workflowExecutionId, id);
    },
  },
  {
    name: 'startJobExecution starts a job that never ran, and one that has ended once more',
    run: async (context) => {
      const { scheduler, runner } = context;
      const { workflowExecutionId: id } = await context.run(['a', 'b'], afterA);
      await runner.begun('a');
      const started = await scheduler.startJobExecution('b', id);
      assert.deepEqual([started?.jobName, started?.attemptNumber], ['b', 1]);
      (await runner.begun('b')).finish();
      await context.job('b', id, 'FINISHED');
      assert.equal((await scheduler.startJobExecution('b', id))?.attemptNumber, 2);
      const second = await runner.begun('b', 2);
      assert.equal(second.attempt.attemptNumber, 2);
      const ids = (await scheduler.getJobExecutions('b', id))?.map((each) => each.jobExecutionId);
      assert.equal(new Set(ids).size, 2, 'each attempt has an id of its own');
    },
  },
  {
    name: 'startJobExecution is not allowed while an attempt runs or after the execution has ended',
    run: async (context) => {
      const { scheduler, runner } = context;
      const { workflowExecutionId: id } = await context.run(['a']);
      const attempt = await runner.begun('a');
      await rejectsWithCode(async () => await scheduler.startJobExecution('a', id), 'scheduler.not_allowed');
      attempt.finish();
      await context.execution(id, 'FINISHED');
      await rejectsWithCode(async () => await scheduler.startJobExecution('a', id), 'scheduler.not_allowed');
      await rejectsWithCode(
        async () => await scheduler.restartJobExecution('a', id),
        'scheduler.not_allowed',
      );
      await context.settledAt('a', 1);
    },
  },
  {
    name: 'restartJobExecution begins the new attempt only after the stop of the old one is confirmed',
    run: async (context) => {
      const { scheduler, runner } = context;
      runner.holdStops(true);
      const { workflowExecutionId: id } = await context.run(['a']);
      const first = await runner.begun('a');
      const restarting = scheduler.restartJobExecution('a', id);
      await until('the first attempt to be asked to stop', () => first.stopRequested, context.patience);
      await context.settledAt('a', 1);
      first.confirmStop();
      assert.equal((await restarting)?.attemptNumber, 2);
      await runner.begun('a', 2);
      const statuses = (await scheduler.getJobExecutions('a', id))?.map(({ status }) => status);
      assert.equal(statuses?.[0], 'KILLED');
      assert.equal(statuses?.length, 2);
      assert.equal(
        (await scheduler.getWorkflowExecution(id))?.status,
        'RUNNING',
        'the execution goes on meanwhile',
      );
    },
  },
  {
    name: 'restartJobExecution starts a job that has ended, or that never ran',
    run: async (context) => {
      const { scheduler, runner } = context;
      const { workflowExecutionId: id } = await context.run(['a', 'b', 'runs'], afterA);
      (await runner.begun('a')).fail();
      await context.job('a', id, 'FAILED');
      assert.equal((await scheduler.restartJobExecution('a', id))?.attemptNumber, 2);
      assert.equal((await scheduler.restartJobExecution('b', id))?.attemptNumber, 1);
      (await runner.begun('a', 2)).finish();
      (await runner.begun('b')).finish();
      await context.job('a', id, 'FINISHED');
    },
  },
];
