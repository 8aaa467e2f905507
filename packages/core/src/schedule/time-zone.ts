import { nearest } from '../plugin/nearest.ts';

const dayMs = 86_400_000;
/**
 * How far an instant's surroundings are looked at. No clock was ever put forward or back by more than a day, and none
 * back again within two: every zone from 1900 to 2040 was looked through.
 */
export const windowMs: number = 2 * dayMs;

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Null for what is no time zone. Kept, because making one costs a hundred times its use. */
function formatterFor(zone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  if (zone.length > 60) return null;
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    // More names than there are zones come only from somebody who makes them up, as `+01:23` can be.
    if (formatters.size >= 1000) formatters.clear();
    formatters.set(zone, made);
    return made;
  } catch {
    return null;
  }
}

/** Whether this Node knows a time zone of that name, in any case of letters. */
export function isTimeZone(name: string): boolean {
  return formatterFor(name) !== null;
}

/** A time zone's name with its usual capitals, or null when there is no such zone. Old names stay as they are. */
export function timeZoneName(name: string): string | null {
  if (!isTimeZone(name)) return null;
  const lower = name.toLowerCase();
  return timeZoneNames().find((known) => known.toLowerCase() === lower) ?? name;
}

/** The time zone that was probably meant, or null when none is near. */
export function nearestTimeZone(name: string): string | null {
  return nearest(name, timeZoneNames());
}

function timeZoneNames(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')];
}

/**
 * By how many milliseconds the clocks of an existing zone are ahead of UTC at an instant of the years 1 to 200000:
 * the wall time is instant + offset. Wall times are numbers as `Date.UTC` gives them.
 */
function offsetAt(zone: string, instant: number): number {
  if (zone === 'UTC') return 0;
  const second = Math.floor(instant / 1000) * 1000;
  const shown = formatterFor(zone)?.format(second) ?? '';
  const [month = 1, day = 1, year = 0, hour = 0, minute = 0, sec = 0] = shown.split(/[^\d]+/).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, sec) - second;
}

/** A time during which the clocks of a zone are not changed. */
export interface Stretch {
  /** When it begins, which is when clocks were changed if `before` is not null; else any earlier instant of it. */
  readonly start: number;
  /** When it is over: the clocks change if `changes`, else any later instant of it. */
  readonly end: number;
  readonly changes: boolean;
  readonly offset: number;
  /** The offset until `start`, or null when it was the same. */
  readonly before: number | null;
}

/** The stretch in which an instant (whole seconds) lies, as far as {@link windowMs} to both sides. */
export function stretchAt(zone: string, instant: number): Stretch {
  const offset = offsetAt(zone, instant);
  const [early, late] = [instant - windowMs, instant + windowMs];
  const before = offsetAt(zone, early);
  const changes = offsetAt(zone, late) !== offset;
  const start = before === offset ? early : lastChange(zone, early, instant, offset);
  return {
    start,
    end: changes ? firstChange(zone, instant, late, offset) : late,
    changes,
    offset,
    before: before === offset ? null : offsetAt(zone, start - 1000),
  };
}

/** Whether an instant lies in a stretch, and a day to both sides of it either does too or comes after a known change. */
export function reaches({ start, end, changes, before }: Stretch, instant: number): boolean {
  return (
    instant >= start + (before === null ? dayMs : 0) && (changes ? instant < end : instant <= end - dayMs)
  );
}

/** When the clocks of a zone show a wall time: the first time if they do twice; if never, when they jump over it. */
export function instantOf(zone: string, wall: number): number {
  const [early, late] = [wall - dayMs, wall + dayMs];
  for (const offset of [offsetAt(zone, early), offsetAt(zone, late)]) {
    if (offsetAt(zone, wall - offset) === offset) return wall - offset;
  }
  return firstChange(zone, early, late, offsetAt(zone, early));
}

/** The first second that has not the offset which `from` has; `to` has not. */
function firstChange(zone: string, from: number, to: number, offset: number): number {
  return bisect(from, to, (instant) => offsetAt(zone, instant) !== offset);
}

/** The first second from which on the offset is that which `to` has; `from` has not. */
function lastChange(zone: string, from: number, to: number, offset: number): number {
  return bisect(from, to, (instant) => offsetAt(zone, instant) === offset);
}

/** The second at which a test begins to hold: it fails at `from` and holds at `to`. */
function bisect(from: number, to: number, holds: (instant: number) => boolean): number {
  let [low, high] = [Math.floor(from / 1000), Math.floor(to / 1000)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle * 1000)) high = middle;
    else low = middle;
  }
  return high * 1000;
}
