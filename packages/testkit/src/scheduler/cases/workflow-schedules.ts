import assert from 'node:assert/strict';
import type { MissedTicks, Schedule, Workflow } from '@aiflow/core';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';
import { project, projectContext, workflowOf } from '../context.ts';

const skip = needs('workflowSchedules');
const hour = 3_600_000;

function hourly(job: string, missedTicks: MissedTicks, properties: Workflow['properties'] = {}): Workflow {
  const schedule: Schedule = { kind: 'interval', intervalMs: hour, startDate: null, missedTicks };
  return { ...workflowOf(job, [job]), schedules: [schedule], properties };
}

export const workflowScheduleCases: readonly SchedulerCase[] = [
  {
    name: 'each tick of a submitted workflow starts an execution of its own, until it is deleted',
    skip,
    run: async (context) => {
      await context.scheduler.submitWorkflow(hourly('a', 'latest'), projectContext());
      await context.clock.advance(hour - 1);
      await context.settledAt('a', 0);
      await context.clock.advance(1);
      await context.runner.begun('a');
      await context.clock.advance(hour);
      await context.runner.begun('a', 2);
      const executions = await context.scheduler.listWorkflowExecutions(project, 'a');
      assert.deepEqual(
        executions.map(({ status, context: of }) => [status, of]),
        [
          ['RUNNING', null],
          ['RUNNING', null],
        ],
      );
      await context.scheduler.deleteWorkflow(project, 'a');
      await context.clock.advance(5 * hour);
      await context.settledAt('a', 2);
    },
  },
  {
    name: 'several schedules of a workflow each bring their ticks',
    skip,
    run: async (context) => {
      const [schedule] = hourly('a', 'latest').schedules;
      assert.ok(schedule?.kind === 'interval');
      const schedules = [schedule, { ...schedule, intervalMs: 1.5 * hour }];
      await context.scheduler.submitWorkflow({ ...hourly('a', 'latest'), schedules }, projectContext());
      for (const [ms, count] of [
        [hour, 1],
        [0.5 * hour, 2],
        [0.5 * hour, 3],
      ] as const) {
        await context.clock.advance(ms);
        await context.runner.begun('a', count);
        await context.settledAt('a', count);
      }
    },
  },
  {
    name: 'ticks of workflows that were missed while no scheduler was there follow their policy',
    skip,
    run: async (context) => {
      await context.scheduler.submitWorkflow(hourly('late', 'latest'), projectContext());
      await context.scheduler.submitWorkflow(hourly('never', 'none'), projectContext());
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
  {
    name: 'a schedule starts nothing while its workflow is paused, and keeps its place',
    skip,
    run: async (context) => {
      await context.scheduler.submitWorkflow(hourly('a', 'none'), projectContext());
      await context.scheduler.pauseWorkflowScheduling(project, 'a');
      await context.clock.advance(1.5 * hour);
      await context.settledAt('a', 0);
      await context.scheduler.resumeWorkflowScheduling(project, 'a');
      await context.settledAt('a', 0);
      await context.clock.advance(0.5 * hour);
      await context.runner.begun('a');
    },
  },
  {
    name: 'a schedule keeps its place when its workflow is submitted again',
    skip,
    run: async (context) => {
      await context.scheduler.submitWorkflow(hourly('a', 'latest'), projectContext());
      await context.clock.advance(0.5 * hour);
      await context.scheduler.submitWorkflow(hourly('a', 'latest', { owner: 'new' }), projectContext('b'));
      await context.clock.advance(0.5 * hour);
      const begun = await context.runner.begun('a');
      assert.equal(begun.attempt.snapshotId, projectContext('b').snapshotId);
      await context.settledAt('a', 1);
    },
  },
];
