import assert from 'node:assert/strict';
import type { MissedTicks, Schedule } from '@aiflow/core';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';
import { withConfig, workflowOf } from '../context.ts';

const skip = needs('jobSchedules');
const hour = 3_600_000;

function hourly(missedTicks: MissedTicks): readonly Schedule[] {
  return [{ kind: 'interval', intervalMs: hour, startDate: null, missedTicks }];
}

export const jobScheduleCases: readonly SchedulerCase[] = [
  {
    name: 'a job with a schedule begins at its ticks, anew when it runs, and its execution goes on',
    skip,
    run: async (context) => {
      const workflow = withConfig(workflowOf('workflow', ['a', 'b']), 'a', { schedules: hourly('latest') });
      const { workflowExecutionId: id } = await context.runWorkflow(workflow);
      (await context.runner.begun('b')).finish();
      await context.job('b', id, 'FINISHED');
      await context.clock.advance(hour - 1);
      await context.settledAt('a', 0);
      await context.clock.advance(1);
      const first = await context.runner.begun('a');
      await context.job('a', id, 'RUNNING');
      await context.clock.advance(hour);
      (await context.runner.begun('a', 2)).finish();
      assert.equal(first.stopRequested, true);
      await context.job('a', id, 'FINISHED');
      assert.equal((await context.scheduler.getWorkflowExecution(id))?.status, 'RUNNING');
    },
  },
  {
    name: 'ticks that were missed while no scheduler was there follow their policy',
    skip,
    run: async (context) => {
      const plain = workflowOf('workflow', ['late', 'never']);
      const workflow = withConfig(withConfig(plain, 'late', { schedules: hourly('latest') }), 'never', {
        schedules: hourly('none'),
      });
      await context.runWorkflow(workflow);
      await context.scheduler.close();
      await context.clock.advance(2.5 * hour);
      await context.start();
      await context.runner.begun('late');
      await context.settledAt('late', 1);
      await context.settledAt('never', 0);
      await context.clock.advance(0.5 * hour);
      await context.runner.begun('never');
    },
  },
];
