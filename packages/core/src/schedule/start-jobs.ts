import type { Workflow } from '../compile/workflow.ts';
import { waitsForEvents } from '../define/condition-shape.ts';

/** The jobs that start with an execution, in order: those with neither a START rule nor a schedule. */
export function startsWithExecution(workflow: Workflow): string[] {
  const waiting = new Set<string>();
  for (const rule of workflow.rules) if (rule.action === 'START') waiting.add(rule.jobName);
  return workflow.jobs
    .filter(({ config }) => !waiting.has(config.jobName) && !hasSchedule(config.schedules))
    .map(({ config }) => config.jobName);
}

/**
 * Whether an execution goes on although none of its jobs runs, until somebody stops it: a job has a schedule, or an
 * event from outside can start or restart one. A STOP rule that waits for an event keeps nothing alive, since there is
 * nothing left for it to stop.
 */
export function isLongRunning(workflow: Workflow): boolean {
  return (
    workflow.jobs.some(({ config }) => hasSchedule(config.schedules)) ||
    workflow.rules.some(
      ({ action, condition }) => (action === 'START' || action === 'RESTART') && waitsForEvents(condition),
    )
  );
}

function hasSchedule(schedules: readonly unknown[] | undefined): boolean {
  return schedules !== undefined && schedules.length > 0;
}
