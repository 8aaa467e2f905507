import { dueTicks } from '@aiflow/core';
import type { LiveExecution } from './live/live-execution.ts';
import type { LiveState } from './live/live-state.ts';
import { setNextTick } from './live/live-tick.ts';
import type { Store } from './store/store.ts';

/** The schedules of the jobs of an execution that begins: they are counted from now. */
export function takeUpSchedules(store: Store, live: LiveState, execution: LiveExecution, now: number): void {
  for (const { config } of execution.version.scheduledJobs) {
    for (const index of (config.schedules ?? []).keys()) {
      store.jobTicks.put(execution.seq, config.jobName, index, now);
      live.addTick(execution, config.jobName, index, now);
    }
  }
}

/**
 * Takes the ticks that are due and remembers the last of each schedule; `act` is called once for a schedule, however
 * many of its ticks were missed and are to be made up for: begun anew twice at once, a job would only lose the first.
 */
export function takeDueTicks(
  store: Store,
  { ticks }: LiveState,
  now: number,
  act: (execution: LiveExecution, jobName: string) => void,
): void {
  for (let due = ticks.take(now); due !== null; due = ticks.take(now)) {
    const { execution, jobName, index, schedule } = due;
    const { ticks: given, last } = dueTicks(schedule, { last: due.last, now });
    due.last = last;
    store.jobTicks.put(execution.seq, jobName, index, last);
    if (execution.stopping) continue;
    if (given.length > 0) act(execution, jobName);
    setNextTick(ticks, due);
  }
}
