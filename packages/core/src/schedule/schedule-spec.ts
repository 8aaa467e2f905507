import type { Duration } from '../duration.ts';
import { durationMs, durationRule } from '../duration.ts';
import { AIFlowError } from '../errors.ts';
import { isJsonObject } from '../json.ts';
import { hintFor } from '../plugin/nearest.ts';
import { cronTicks } from './cron-ticks.ts';
import { parseCron } from './cron.ts';
import type { CronSchedule, IntervalSchedule, MissedTicks, Schedule } from './schedule.ts';
import { parseStartDate, startDateRule } from './start-date.ts';
import { isTimeZone, nearestTimeZone, timeZoneName } from './time-zone.ts';

interface SpecBase {
  /** An IANA name, such as `Europe/Paris`, for a cron expression and for a start date without an offset; UTC unless said. */
  readonly timezone?: string;
  /**
   * No tick comes before it. A Date, an ISO 8601 text, or AIFlow's `year,month,day,hour,minute,second` with or without
   * a time zone behind; hour, minute and second may be empty.
   */
  readonly startDate?: Date | string;
  /** `latest` unless said. */
  readonly missedTicks?: MissedTicks;
}

/** Ticks at the times that a cron expression names, such as `0 6 * * MON-FRI`. */
export interface CronSpec extends SpecBase {
  /** `minute hour day month day-of-week`; with 6 fields a second first, with AIFlow's 7 also a year last. */
  readonly cron: string;
  readonly interval?: never;
}

/** Ticks one interval apart: from the start date on, or from when the schedule is taken up. */
export interface IntervalSpec extends SpecBase {
  /** From one second to a hundred years. */
  readonly interval: Duration | IntervalParts;
  readonly cron?: never;
}

/** A length of time, spelled out; its parts are added. */
export interface IntervalParts {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

/** When something comes round, as it is written in a definition. */
export type ScheduleSpec = CronSpec | IntervalSpec;

const specKeys = ['cron', 'interval', 'timezone', 'startDate', 'missedTicks'] as const;
const missedTicks: readonly MissedTicks[] = ['latest', 'all', 'none'];
const shortestMs = 1000;

/**
 * A schedule as frozen plain data. A member that is null counts as left out. Throws `schedule.invalid` for what is
 * none, and for a cron expression that never comes after its start date; its context names the `key` of the
 * specification, as far as one is to blame.
 */
export function toSchedule(spec: ScheduleSpec): Schedule {
  const given: unknown = spec;
  if (!isJsonObject(given))
    throw invalid(null, `a schedule must be an object, such as { cron: '0 6 * * *' }`);
  for (const key of Object.keys(given)) {
    if (specKeys.some((known) => known === key)) continue;
    const named = key.slice(0, 60);
    throw invalid(named, `a schedule has no option "${named}": ${hintFor(key, specKeys)}`);
  }
  const members: Readonly<Partial<Record<(typeof specKeys)[number], unknown>>> = given;
  const timezone = readTimeZone(members.timezone ?? 'UTC');
  const base = {
    startDate: readStartDate(members.startDate ?? null, timezone),
    missedTicks: readMissedTicks(members.missedTicks ?? 'latest'),
  };
  const { cron = null, interval = null } = members;
  if (cron === null && interval === null) {
    throw invalid(null, `a schedule needs a cron expression or an interval, such as { cron: '0 6 * * *' }`);
  }
  if (cron !== null && interval !== null) {
    throw invalid(
      'interval',
      'a schedule has either a cron expression or an interval: leave one of them out',
    );
  }
  if (interval !== null) {
    return Object.freeze<IntervalSchedule>({ kind: 'interval', intervalMs: readInterval(interval), ...base });
  }
  const schedule: CronSchedule = { kind: 'cron', cron: readCron(cron), timezone, ...base };
  if (cronTicks(schedule).next(-Infinity) !== null) return Object.freeze(schedule);
  const since = base.startDate === null ? '' : ` after its start date ${base.startDate}`;
  throw invalid('cron', `cron ${shown(cron)} never comes${since}: there is no such day`);
}

/**
 * Whether a value, which may come from anywhere, is a schedule that can be followed here: its members have their
 * types, its cron expression can be read and its time zone exists.
 */
export function isSchedule(value: unknown): value is Schedule {
  if (!isJsonObject(value) || !isMissedTicks(value['missedTicks'])) return false;
  const { kind, startDate, cron, timezone, intervalMs } = value;
  if (startDate !== null && !isInstantText(startDate)) return false;
  if (kind === 'interval') return isIntervalMs(intervalMs);
  if (kind !== 'cron' || typeof cron !== 'string' || typeof timezone !== 'string') return false;
  return isTimeZone(timezone) && isCron(cron);
}

function isIntervalMs(value: unknown): boolean {
  return typeof value === 'number' && value >= shortestMs && durationMs(value / 1000) === value;
}

function isCron(text: string): boolean {
  try {
    parseCron(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether it is as `toISOString` writes it, and a start date. */
function isInstantText(value: unknown): boolean {
  const instant = typeof value === 'string' ? parseStartDate(value, 'UTC') : null;
  return instant !== null && new Date(instant).toISOString() === value;
}

function isMissedTicks(value: unknown): value is MissedTicks {
  return missedTicks.some((known) => known === value);
}

function readCron(value: unknown): string {
  if (typeof value !== 'string')
    throw invalid('cron', `cron must be a text such as "0 6 * * *", not ${shown(value)}`);
  parseCron(value);
  return value.trim();
}

function readTimeZone(value: unknown): string {
  const name = typeof value === 'string' ? timeZoneName(value.trim()) : null;
  if (name !== null) return name;
  const near = typeof value === 'string' ? nearestTimeZone(value) : null;
  const hint = near === null ? 'write an IANA name such as "Europe/Paris"' : `did you mean "${near}"?`;
  throw invalid('timezone', `timezone ${shown(value)} is not known: ${hint}`);
}

function readStartDate(value: unknown, zone: string): string | null {
  if (value === null) return null;
  const instant = parseStartDate(value, zone);
  if (instant !== null) return new Date(instant).toISOString();
  throw invalid('startDate', `startDate must be ${startDateRule}, not ${shown(value)}`);
}

function readMissedTicks(value: unknown): MissedTicks {
  if (isMissedTicks(value)) return value;
  throw invalid(
    'missedTicks',
    `missedTicks ${shown(value)} is not known: ${hintFor(typeof value === 'string' ? value : '', missedTicks)}`,
  );
}

function readInterval(value: unknown): number {
  const ms = durationMs(isJsonObject(value) ? secondsOf(value) : value);
  if (ms !== null && ms >= shortestMs) return ms;
  throw invalid(
    'interval',
    `interval must be ${durationRule}, or { days, hours, minutes, seconds }, of one second at least, not ${shown(value)}`,
  );
}

/** NaN when a part is no length. */
function secondsOf(parts: Readonly<Record<string, unknown>>): number {
  const units: Readonly<Record<string, number>> = { days: 86_400, hours: 3600, minutes: 60, seconds: 1 };
  let seconds = 0;
  for (const [name, amount] of Object.entries(parts)) {
    const unit = Object.hasOwn(units, name) ? units[name] : undefined;
    if (unit === undefined) {
      throw invalid(
        'interval',
        `interval has no part "${name.slice(0, 60)}": ${hintFor(name, Object.keys(units))}`,
      );
    }
    if (amount === undefined) continue;
    seconds += typeof amount === 'number' && amount >= 0 ? amount * unit : NaN;
  }
  return seconds;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return 'a Date outside of them';
  return value === null || typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function invalid(key: string | null, message: string): AIFlowError {
  return new AIFlowError('schedule.invalid', message, { context: { key } });
}
