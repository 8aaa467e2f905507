import type { TickSeries } from './cron-ticks.ts';
import { cronTicks } from './cron-ticks.ts';
import type { IntervalSchedule, Schedule } from './schedule.ts';

/** A tick this old counts as missed under the policy `none`; one that is younger, its caller came for in time. */
export const missedAfterMs = 60_000;

/** What is to be done of a schedule by now. All instants are epoch milliseconds. */
export interface DueTicks {
  /** The ticks to act on, oldest first. */
  readonly ticks: readonly number[];
  /** How many were passed over for good, counted no further than the limit. */
  readonly skipped: number;
  /** The `last` to hand in the next time: the newest tick that was given or passed over, else the one handed in. */
  readonly last: number;
}

/**
 * The first tick strictly after an instant (epoch milliseconds), or null when there is none before the year 10000. An
 * interval without a start date is counted from `after`, so hand in its last tick. Before every tick (`-Infinity`) gives
 * the first there is, which an interval without a start date has not; NaN and `Infinity` give null.
 */
export function nextTick(schedule: Schedule, after: number): number | null {
  return ticksOf(schedule, after).next(after);
}

/**
 * The ticks t with `last` < t ≤ `now` that are to be acted on. `last` is the `last` of the call before, or the instant
 * at which the schedule was taken up, from which an interval without a start date is counted. What becomes of ticks
 * that came while nobody looked:
 *
 * - `latest`: the newest tick is given, those before it are passed over.
 * - `all`: every tick is given, up to `limit` (1000 unless said, at least 1). As many as the limit means that there may
 *   be more: they are neither lost nor skipped, the next call with the new `last` gives them.
 * - `none`: the newest tick is given when it is at most a minute old ({@link missedAfterMs}); the rest is passed over.
 *
 * When `now` is not after `last`, because the clock was put back, nothing is due until it has passed `last` again: no
 * tick comes twice. Nothing is due either when one of them is not finite. Pure, and quick after years of downtime.
 */
export function dueTicks(
  schedule: Schedule,
  { last, now, limit = 1000 }: { readonly last: number; readonly now: number; readonly limit?: number },
): DueTicks {
  if (!Number.isFinite(last) || !Number.isFinite(now)) return { ticks: [], skipped: 0, last };
  const series = ticksOf(schedule, last);
  const most = limit >= 1 ? limit : 1;
  if (schedule.missedTicks === 'all') {
    const ticks = [...between(series, last, now, most)];
    return { ticks, skipped: 0, last: ticks.at(-1) ?? last };
  }
  const newest = series.previous(Math.floor(now) + 1);
  if (newest === null || newest <= last) return { ticks: [], skipped: 0, last };
  const given = schedule.missedTicks === 'latest' || now - newest <= missedAfterMs;
  const passedOver = between(series, last, given ? newest - 1 : newest, most);
  return { ticks: given ? [newest] : [], skipped: [...passedOver].length, last: newest };
}

/** The ticks after an instant and up to another, oldest first, at most so many. */
function* between(series: TickSeries, after: number, upTo: number, most: number): Iterable<number> {
  let tick = series.next(after);
  for (let count = 1; tick !== null && tick <= upTo && count <= most; count++) {
    yield tick;
    tick = series.next(tick);
  }
}

/** The ticks of a schedule; those of an interval without a start date are counted from `anchor`, which is none. */
export function ticksOf(schedule: Schedule, anchor: number): TickSeries {
  switch (schedule.kind) {
    case 'cron':
      return cronTicks(schedule);
    case 'interval':
      return intervalTicks(schedule, anchor);
  }
}

/** The last instant that a Date can hold. */
const lastInstant = 8.64e15;

function intervalTicks({ intervalMs, startDate }: IntervalSchedule, anchor: number): TickSeries {
  const [zero, first] = startDate === null ? [anchor, 1] : [Date.parse(startDate), 0];
  const tick = (count: number): number | null => {
    const instant = zero + Math.max(count, first) * intervalMs;
    return Number.isFinite(instant) && instant <= lastInstant ? instant : null;
  };
  return {
    next: (after) => tick(Math.floor((after - zero) / intervalMs) + 1),
    previous: (before) => {
      const count = Math.ceil((before - zero) / intervalMs) - 1;
      return count >= first ? tick(count) : null;
    },
  };
}
