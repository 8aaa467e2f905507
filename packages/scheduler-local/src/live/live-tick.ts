import type { Schedule } from '@aiflow/core';
import { nextTick } from '@aiflow/core';
import type { LiveExecution } from './live-execution.ts';
import type { LiveWorkflow } from './live-workflows.ts';
import type { Timetable } from './timetable.ts';

/** One schedule of a job of an execution that runs. */
export interface LiveTick {
  readonly execution: LiveExecution;
  readonly jobName: string;
  /** Its place among the job's schedules. */
  readonly index: number;
  readonly schedule: Schedule;
  /** The newest tick that was dealt with, or when the schedule was taken up; milliseconds since 1970. */
  last: number;
  /** By the wall clock: when the next tick comes. Null when none does. */
  dueAt: number | null;
}

/** One schedule of a submitted workflow. */
export interface WorkflowTick {
  readonly workflow: LiveWorkflow;
  readonly schedule: Schedule;
  /** The schedule as JSON, by which the database knows it. */
  readonly text: string;
  /** The newest tick that was dealt with, or when the schedule was taken up; milliseconds since 1970. */
  last: number;
  /** By the wall clock: when the next tick comes. Null when none does, or while the workflow rests. */
  dueAt: number | null;
}

export function setNextTick<Tick extends LiveTick | WorkflowTick>(
  timetable: Timetable<Tick>,
  tick: Tick,
): void {
  const next = nextTick(tick.schedule, tick.last);
  if (next !== null) timetable.set(tick, next);
}
