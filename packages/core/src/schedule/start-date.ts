import { instantOf, isTimeZone } from './time-zone.ts';

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;
const [first, last] = [Date.UTC(1900, 0, 1), Date.UTC(10_000, 0, 1)];

/** What a start date may be, for messages and JSON schemas. */
export const startDateRule =
  'a Date, an ISO 8601 text such as "2026-01-31T06:00:00+01:00", or "year,month,day,hour,minute,second[,time zone]", in the years 1900 to 9999';

/**
 * In epoch milliseconds; null for what is none. A text that names neither offset nor zone is in `zone`. A wall time
 * that comes twice is the first, one that clocks jump over is when they do. A day alone is its midnight. In AIFlow's
 * form hour, minute, second and zone may be empty.
 */
export function parseStartDate(value: unknown, zone: string): number | null {
  const instant =
    value instanceof Date
      ? value.getTime()
      : typeof value !== 'string' || value.length > 100
        ? NaN
        : value.includes(',')
          ? parseItems(value, zone)
          : parseIso(value.trim(), zone);
  return instant >= first && instant < last ? instant : null;
}

function parseIso(text: string, zone: string): number {
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', offset] = iso.exec(text) ?? [];
  if (year === undefined) return NaN;
  const wall = wallOf([year, month, day, hour, minute, second].map(Number));
  const milliseconds = Number(fraction.padEnd(3, '0'));
  if (Number.isNaN(wall)) return NaN;
  return (offset === undefined ? instantOf(zone, wall) : wall - offsetOf(offset)) + milliseconds;
}

/** `Z`, `+01`, `+01:00` or `+0100`, in milliseconds. */
function offsetOf(text: string): number {
  if (text.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(3).replace(':', ''))];
  if (hours > 23 || minutes > 59) return NaN;
  return (text.startsWith('-') ? -60_000 : 60_000) * (hours * 60 + minutes);
}

function parseItems(text: string, zone: string): number {
  const items = text.split(',').map((item) => item.trim());
  const numbers = items.slice(0, 6);
  const itemZone = items[6] || zone;
  if (items.length < 6 || items.length > 7 || !isTimeZone(itemZone)) return NaN;
  if (!numbers.every((item) => /^\d{0,4}$/.test(item))) return NaN;
  const wall = wallOf(numbers.map(Number));
  return Number.isNaN(wall) ? NaN : instantOf(itemZone, wall);
}

/** NaN when there is no such time of such a day, such as 30 February or 24:00. */
function wallOf(parts: readonly number[]): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  if (year < 1000) return NaN;
  const wall = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const same =
    wall.getUTCFullYear() === year &&
    wall.getUTCMonth() === month - 1 &&
    wall.getUTCDate() === day &&
    wall.getUTCHours() === hour &&
    wall.getUTCMinutes() === minute &&
    wall.getUTCSeconds() === second;
  return same ? wall.getTime() : NaN;
}
