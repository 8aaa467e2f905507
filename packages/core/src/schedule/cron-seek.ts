import { yearRule } from './cron-field.ts';
import type { Cron } from './cron.ts';

/** 1 for later times, -1 for earlier ones. */
export type Direction = 1 | -1;

/** In so many years the calendar comes round: what has not come by then never comes. */
const calendarYears = 400;

/**
 * The nearest wall time that an expression names, from `bound` (itself included) in a direction; null when there is
 * none in the years 1900 to 9999. Wall times are whole seconds as `Date.UTC` gives them. It goes field by field, so
 * that a year costs no more than a minute.
 */
export function seekWall(cron: Cron, bound: number, direction: Direction): number | null {
  const at = new Date(bound);
  const limits = [
    at.getUTCFullYear(),
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
  ];
  const found = seek(cron, limits, direction, [], true);
  if (found === null) return null;
  const [year = 0, month = 1, day, hour, minute, second] = found;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** `tight`: every value chosen so far is that of the limit, so that the next must not lie on its wrong side. */
function seek(
  cron: Cron,
  limits: readonly number[],
  direction: Direction,
  chosen: readonly number[],
  tight: boolean,
): readonly number[] | null {
  const limit = limits[chosen.length];
  if (limit === undefined) return chosen;
  for (const value of choices(cron, chosen, limit, direction)) {
    if (tight && (value - limit) * direction < 0) continue;
    const found = seek(cron, limits, direction, [...chosen, value], tight && value === limit);
    if (found !== null) return found;
  }
  return null;
}

/** What may follow the year, month, day, hour and minute chosen so far, the nearest first. */
function choices(
  cron: Cron,
  chosen: readonly number[],
  limit: number,
  direction: Direction,
): Iterable<number> {
  const [year, month = 1] = chosen;
  if (year === undefined) return yearsFrom(cron, limit, direction);
  return ordered(valuesAfter(cron, year, month, chosen.length), direction);
}

function valuesAfter(cron: Cron, year: number, month: number, level: number): readonly number[] {
  if (level === 1) return cron.months.values;
  if (level === 2) return daysOf(cron, year, month);
  if (level === 3) return cron.hours.values;
  return (level === 4 ? cron.minutes : cron.seconds).values;
}

function* yearsFrom(cron: Cron, limit: number, direction: Direction): Iterable<number> {
  if (!cron.years.any) return yield* ordered(cron.years.values, direction);
  const nearest = direction === 1 ? Math.max(limit, yearRule.min) : Math.min(limit, yearRule.max);
  for (let years = 0; years <= calendarYears; years++) {
    const year = nearest + years * direction;
    if (year < yearRule.min || year > yearRule.max) return;
    yield year;
  }
}

function ordered(values: readonly number[], direction: Direction): readonly number[] {
  return direction === 1 ? values : [...values].reverse();
}

/** The days of a month that an expression names, in rising order. */
function daysOf(cron: Cron, year: number, month: number): readonly number[] {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const firstWeekday = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const named: number[] = [];
  for (let day = 1; day <= length; day++) {
    const inDays = cron.days.values.includes(day) || (cron.lastDay && day === length);
    const weekday = (firstWeekday + day - 1) % 7;
    const inWeekdays =
      cron.weekdays.values.includes(weekday) ||
      cron.nthWeekdays.some((of) => of.weekday === weekday && isNth(day, of.nth, length));
    if (cron.days.any || cron.weekdays.any ? inDays && inWeekdays : inDays || inWeekdays) named.push(day);
  }
  return named;
}

function isNth(day: number, nth: number, length: number): boolean {
  return nth === -1 ? day + 7 > length : Math.ceil(day / 7) === nth;
}
