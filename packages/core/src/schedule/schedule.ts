/**
 * What becomes of ticks that came while nobody looked: only the latest is made up for (`latest`), all of them are, in
 * order, up to a limit at a time (`all`), or none (`none`). `dueTicks` says it precisely.
 */
export type MissedTicks = 'latest' | 'all' | 'none';

interface ScheduleBase {
  /** No tick comes before it. ISO 8601 in UTC with milliseconds; null for no such bound. */
  readonly startDate: string | null;
  readonly missedTicks: MissedTicks;
}

/** Ticks at the times that a cron expression names: 5 fields, 6 with seconds first, or AIFlow's 7 with a year last. */
export interface CronSchedule extends ScheduleBase {
  readonly kind: 'cron';
  readonly cron: string;
  /** An IANA name, such as `Europe/Paris`. */
  readonly timezone: string;
}

/** Ticks one interval apart: from the start date on, or from when the schedule was taken up. */
export interface IntervalSchedule extends ScheduleBase {
  readonly kind: 'interval';
  readonly intervalMs: number;
}

/** When something comes round, as data that goes into the compiled workflow unchanged. */
export type Schedule = CronSchedule | IntervalSchedule;
