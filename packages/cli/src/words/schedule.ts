import type { Schedule } from '@aiflow/core';
import { describeSchedule, nextTick } from '@aiflow/core';
import { spellInstant } from './instant.ts';

/** A schedule with its next ticks, in ISO 8601; null for those that are counted from when it will be taken up. */
export type ToldSchedule = Schedule & {
  readonly says: string;
  readonly nextTicks: readonly string[] | null;
};

const shownTicks = 3;

/** Tells schedules with the ticks that come after `from`, in milliseconds since 1970. */
export function tellSchedules(schedules: readonly Schedule[], from: number): ToldSchedule[] {
  return schedules.map((schedule) => {
    const text = describeSchedule(schedule);
    if (schedule.kind === 'interval' && schedule.startDate === null) {
      return { ...schedule, says: `${text}, counted from when it is taken up`, nextTicks: null };
    }
    const ticks = ticksAfter(schedule, from);
    const timezone = schedule.kind === 'cron' ? schedule.timezone : 'UTC';
    const shown = ticks.map((tick) => spellInstant(tick, timezone)).join(', ');
    return {
      ...schedule,
      says: ticks.length === 0 ? `${text}; never again` : `${text}; next: ${shown}`,
      nextTicks: ticks.map((tick) => new Date(tick).toISOString()),
    };
  });
}

function ticksAfter(schedule: Schedule, from: number): number[] {
  const ticks: number[] = [];
  for (let last = from; ticks.length < shownTicks;) {
    const tick = nextTick(schedule, last);
    if (tick === null) break;
    ticks.push(tick);
    last = tick;
  }
  return ticks;
}
