import type { Schedule } from '@aiflow/core';
import { nextTick } from '@aiflow/core';
import type { LiveExecution } from './live-state.ts';
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

export function setNextTick(timetable: Timetable<LiveTick>, tick: LiveTick): void {
  const next = nextTick(tick.schedule, tick.last);
  if (next !== null) timetable.set(tick, next);
}
