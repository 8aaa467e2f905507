import { seekWall } from './cron-seek.ts';
import type { Cron } from './cron.ts';
import { parseCron } from './cron.ts';
import type { CronSchedule } from './schedule.ts';
import type { Stretch } from './time-zone.ts';
import { stretchAt, windowMs } from './time-zone.ts';

// The years 1900 to 9999 of every zone lie within.
const [earliest, latest] = [Date.UTC(1899, 11, 30), Date.UTC(10_000, 0, 3)];

/**
 * The first tick of a cron schedule after an instant, or null when there is none. Ticks are whole seconds.
 *
 * **When clocks change.** An expression whose second, minute and hour name fixed times means the wall: a time that the
 * clocks jump over comes when they jump, once however many times were skipped; one that they show twice comes the
 * first time only. An expression with `*` or a step in one of these fields means elapsed time: it comes whenever the
 * clocks show what it names, so in both passes of an hour that comes twice and not in one that is skipped. Day, month,
 * day of week and year have no part in it. This is Vixie cron's rule, taken for changes of any size.
 */
export function nextCronTick(schedule: CronSchedule, after: number): number | null {
  const cron = parseCron(schedule.cron);
  const start = schedule.startDate === null ? earliest : Date.parse(schedule.startDate);
  // The first whole second after `after` that is not before the start.
  const first = Math.max(Math.floor(after / 1000) * 1000 + 1000, Math.ceil(start / 1000) * 1000);
  for (let from = first; from < latest;) {
    const stretch = stretchAt(schedule.timezone, from);
    const read = wallRead(cron, stretch);
    const wall = seekWall(cron, from === stretch.start ? read : Math.max(from + stretch.offset, read), 1);
    const tick = wall === null ? Infinity : Math.max(wall - stretch.offset, stretch.start);
    if (tick < stretch.end) return tick;
    // Nothing matches up to the wall time found, so all but the last window before it can be left out.
    from = stretch.changes ? stretch.end : Math.max(stretch.end, tick - windowMs);
  }
  return null;
}

/** The last tick before an instant, or null when there is none: {@link nextCronTick} backwards. */
export function previousCronTick(schedule: CronSchedule, before: number): number | null {
  const cron = parseCron(schedule.cron);
  const start = schedule.startDate === null ? earliest : Date.parse(schedule.startDate);
  for (let to = Math.min(Math.ceil(before / 1000) * 1000 - 1000, latest); to >= start;) {
    const stretch = stretchAt(schedule.timezone, to);
    const wall = seekWall(cron, to + stretch.offset, -1);
    if (wall !== null && wall >= wallRead(cron, stretch)) {
      const tick = Math.max(wall - stretch.offset, stretch.start);
      return tick >= start ? tick : null;
    }
    const back = wall === null ? -Infinity : wall - stretch.offset + windowMs;
    to = stretch.before === null ? Math.min(stretch.start, back) : stretch.start - 1000;
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
