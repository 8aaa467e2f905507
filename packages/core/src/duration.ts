import { AIFlowError } from './errors.ts';

/** A length of time: a number of seconds, or a text such as `90s`, `15m`, `1h30m`, `2d`, or AIFlow's `days,hours,minutes,seconds`. */
export type Duration = number | string;

/** What a duration may be, for messages and JSON schemas. */
export const durationRule =
  'a number of seconds, a text such as "90s", "15m", "1h30m" or "2d", or "days,hours,minutes,seconds"';

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const spelled = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/;
const longestMs = 100 * 366 * unitMs.d;
const longestText = 60;

/** In whole milliseconds, at least 0 and at most a hundred years; null for anything that is no duration. */
export function durationMs(duration: unknown): number | null {
  const ms =
    typeof duration === 'number' ? duration * 1000 : typeof duration === 'string' ? parse(duration) : NaN;
  return ms >= 0 && ms <= longestMs ? Math.round(ms) : null;
}

/** As {@link durationMs}; throws `duration.invalid`, saying what (`what`) it was for. */
export function toMs(duration: Duration, what: string): number {
  const ms = durationMs(duration);
  if (ms !== null) return ms;
  throw new AIFlowError('duration.invalid', `${what} must be ${durationRule}, not ${shown(duration)}`);
}

/** A length in words, such as `1 hour 30 minutes`, for whole milliseconds from 0 on. */
export function describeDuration(ms: number): string {
  const words: string[] = [];
  let rest = ms;
  for (const [unit, length] of [
    ['day', unitMs.d],
    ['hour', unitMs.h],
    ['minute', unitMs.m],
    ['second', unitMs.s],
    ['millisecond', unitMs.ms],
  ] as const) {
    const amount = Math.floor(rest / length);
    rest -= amount * length;
    if (amount > 0) words.push(`${amount} ${unit}${amount === 1 ? '' : 's'}`);
  }
  return words.length > 0 ? words.join(' ') : '0 seconds';
}

function parse(text: string): number {
  if (text.length > longestText) return NaN;
  const compact = text.replaceAll(' ', '');
  if (compact.includes(',')) return parseParts(compact.split(','));
  if (!spelled.test(compact)) return NaN;
  let ms = 0;
  for (const [, amount, unit] of compact.matchAll(/([\d.]+)(ms|[dhms])/g)) {
    ms += Number(amount) * unitMs[unit as keyof typeof unitMs];
  }
  return ms;
}

/** AIFlow's form: `days,hours,minutes,seconds`, where an empty part is 0. */
function parseParts(parts: readonly string[]): number {
  if (parts.length !== 4 || parts.some((part) => !/^\d{0,9}(?:\.\d{1,3})?$/.test(part))) return NaN;
  const [days, hours, minutes, seconds] = parts.map(Number);
  return (
    (days ?? 0) * unitMs.d + (hours ?? 0) * unitMs.h + (minutes ?? 0) * unitMs.m + (seconds ?? 0) * unitMs.s
  );
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, longestText));
  if (typeof value === 'number' || value === null || value === undefined) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
