import { seekWall } from './cron-seek.ts';
import type { Cron } from './cron.ts';
import { parseCron } from './cron.ts';
import type { CronSchedule } from './schedule.ts';
import type { Stretch } from './time-zone.ts';
import { reaches, stretchAt, windowMs } from './time-zone.ts';

/** The ticks of a schedule, found one by one in both directions. Instants are epoch milliseconds. */
export interface TickSeries {
  /** The first tick after an instant, or null when there is none. */
  next(after: number): number | null;
  /** The last tick before an instant, or null when there is none. */
  previous(before: number): number | null;
}

// The years 1900 to 9999 of every zone lie within.
const [earliest, latest] = [Date.UTC(1899, 11, 30), Date.UTC(10_000, 0, 3)];

/**
 * The ticks of a cron schedule; they are whole seconds. Throws `schedule.invalid` for an expression that cannot be read.
 *
 * **When clocks change.** An expression whose second, minute and hour name fixed times means the wall: a time that the
 * clocks jump over comes when they jump, once however many times were skipped; one that they show twice comes the
 * first time only. An expression with `*` or a step in one of these fields means elapsed time: it comes whenever the
 * clocks show what it names, so in both passes of an hour that comes twice and not in one that is skipped. Day, month,
 * day of week and year have no part in it. This is Vixie cron's rule, taken for changes of any size.
 */
export function cronTicks(schedule: CronSchedule): TickSeries {
  const cron = parseCron(schedule.cron);
  const start =
    schedule.startDate === null ? earliest : Math.ceil(Date.parse(schedule.startDate) / 1000) * 1000;
  let known: Stretch | null = null;
  const stretchOf = (instant: number): Stretch => {
    if (known === null || !reaches(known, instant)) known = stretchAt(schedule.timezone, instant);
    return known;
  };
  return {
    next: (after) => nextTick(cron, stretchOf, Math.max(Math.floor(after / 1000) * 1000 + 1000, start)),
    previous: (before) => {
      const tick = previousTick(
        cron,
        stretchOf,
        Math.min(Math.ceil(before / 1000) * 1000 - 1000, latest),
        start,
      );
      return tick !== null && tick >= start ? tick : null;
    },
  };
}

/** The first tick from an instant on. */
function nextTick(cron: Cron, stretchOf: (instant: number) => Stretch, first: number): number | null {
  for (let from = first; from < latest;) {
    const stretch = stretchOf(from);
    const read = wallRead(cron, stretch);
    const wall = seekWall(cron, from === stretch.start ? read : Math.max(from + stretch.offset, read), 1);
    const tick = wall === null ? Infinity : Math.max(wall - stretch.offset, stretch.start);
    if (tick < stretch.end) return tick;
    // Nothing matches up to the wall time found. All but the last window before it can be left out: within a window no
    // clock is put back so far that it shows a time again which was read already.
    from = stretch.changes ? stretch.end : Math.max(stretch.end, tick - windowMs);
  }
  return null;
}

/** The last tick up to an instant; what comes before `start` need not be found. */
function previousTick(
  cron: Cron,
  stretchOf: (instant: number) => Stretch,
  last: number,
  start: number,
): number | null {
  for (let to = last; to >= start;) {
    const stretch = stretchOf(to);
    const wall = seekWall(cron, to + stretch.offset, -1);
    if (wall !== null && wall >= wallRead(cron, stretch))
      return Math.max(wall - stretch.offset, stretch.start);
    const back = wall === null ? -Infinity : wall - stretch.offset + windowMs;
    to = stretch.before === null ? Math.min(stretch.start - 1000, back) : stretch.start - 1000;
  }
  return null;
}

/**
 * The first wall time that is still to be read when a stretch begins. For elapsed time, what the clocks show. For fixed
 * times, where reading stopped when they were changed: earlier when they jumped forward, so that what was skipped
 * comes now, and later when they were put back, so that nothing comes again.
 */
function wallRead(cron: Cron, stretch: Stretch): number {
  const offset = cron.elapsed ? stretch.offset : (stretch.before ?? stretch.offset);
  return stretch.start + offset;
}
