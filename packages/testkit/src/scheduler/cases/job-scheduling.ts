import assert from 'node:assert/strict';
import type { JobRule, Schedule } from '@aiflow/core';
import { finished } from '@aiflow/core';
import { rejectsWithCode } from '../../suite/expect.ts';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';
import { withConfig, workflowOf } from '../context.ts';

const skip = needs('schedulingStops');
const minute = 60_000;
const everyMinute: Schedule = {
  kind: 'interval',
  intervalMs: minute,
  startDate: null,
  missedTicks: 'latest',
};
const afterA: Pick<JobRule, 'condition'> = { condition: finished({ jobName: 'a' }) };

export const jobSchedulingCases: readonly SchedulerCase[] = [
  {
    name: 'what rules ask for a job whose scheduling is stopped is dropped, also after a restart, and a person may start it',
    skip,
    run: async (context) => {
      const rules: readonly JobRule[] = [
        { ...afterA, jobName: 'b', action: 'START' },
        { ...afterA, jobName: 'long', action: 'STOP' },
      ];
      const { workflowExecutionId: id, unscheduledJobs } = await context.run(['a', 'b', 'long'], rules);
      assert.deepEqual(unscheduledJobs, []);
      const long = await context.runner.begun('long');
      await context.job('long', id, 'RUNNING');
      await context.scheduler.stopSchedulingJob('long', id);
      const stopped = await context.scheduler.stopSchedulingJob('b', id);
      assert.deepEqual(stopped?.unscheduledJobs, ['b', 'long']);
      assert.deepEqual(
        await context.scheduler.stopSchedulingJob('b', id),
        stopped,
        'a second call does nothing',
      );
      await context.reopen();
      assert.deepEqual(await context.scheduler.getWorkflowExecution(id), stopped);
      (await context.runner.begun('a')).finish();
      await context.job('a', id, 'FINISHED');
      await context.settledAt('b', 0);
      assert.equal(long.stopRequested, false);
      await context.scheduler.startJobExecution('b', id);
      (await context.runner.begun('b')).finish();
      await context.job('b', id, 'FINISHED');
    },
  },
  {
    name: 'a job whose scheduling is resumed follows its rules from then on, and nothing is made up for',
    skip,
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(
        ['a', 'b', 'goes-on'],
        [{ ...afterA, jobName: 'b', action: 'START' }],
      );
      await context.scheduler.stopSchedulingJob('b', id);
      (await context.runner.begun('a')).finish();
      await context.job('a', id, 'FINISHED');
      assert.deepEqual((await context.scheduler.resumeSchedulingJob('b', id))?.unscheduledJobs, []);
      await context.settledAt('b', 0);
      await context.scheduler.startJobExecution('a', id);
      (await context.runner.begun('a', 2)).finish();
      await context.runner.begun('b');
      await context.settledAt('b', 1);
    },
  },
  {
    name: 'ticks of a job whose scheduling is stopped pass',
    skip: (options) => skip(options) ?? needs('jobSchedules')(options),
    run: async (context) => {
      const plain = workflowOf('workflow', ['a', 'b']);
      const workflow = withConfig(plain, 'a', { schedules: [everyMinute] });
      const { workflowExecutionId: id } = await context.runWorkflow(workflow);
      await context.scheduler.stopSchedulingJob('a', id);
      await context.clock.advance(minute);
      await context.settledAt('a', 0);
      await context.scheduler.resumeSchedulingJob('a', id);
      await context.settledAt('a', 0);
      await context.clock.advance(minute);
      await context.runner.begun('a');
    },
  },
  {
    name: 'the scheduling of a job is stopped and resumed while its execution runs, and is null for what does not exist',
    skip,
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['a']);
      const calls = ['stopSchedulingJob', 'resumeSchedulingJob'] as const;
      for (const call of calls) {
        assert.equal(await context.scheduler[call]('unknown', id), null);
        assert.equal(await context.scheduler[call]('a', 'unknown'), null);
      }
      (await context.runner.begun('a')).finish();
      await context.execution(id, 'FINISHED');
      for (const call of calls) {
        await rejectsWithCode(async () => await context.scheduler[call]('a', id), 'scheduler.not_allowed');
      }
      await context.scheduler.close();
      for (const call of calls) {
        await rejectsWithCode(async () => await context.scheduler[call]('a', id), 'scheduler.closed');
      }
    },
  },
];
