import { describeDuration } from '../duration.ts';
import type { Field } from './cron-field.ts';
import type { Cron } from './cron.ts';
import { parseCron } from './cron.ts';
import type { CronSchedule, Schedule } from './schedule.ts';

/**
 * A schedule in words: `every day at 06:00 (Europe/Paris)`, `every 15 minutes (UTC)`,
 * `at 06:30 on Monday to Friday (UTC)`; the cron expression itself where there are no short words for it. Behind it
 * the start date and what becomes of missed ticks, when they are not the default. Throws `schedule.invalid` for a cron
 * expression that cannot be read.
 */
export function describeSchedule(schedule: Schedule): string {
  const when =
    schedule.kind === 'cron' ? describeCron(schedule) : every(describeDuration(schedule.intervalMs));
  const start = schedule.startDate === null ? '' : `, from ${schedule.startDate.replace('.000Z', 'Z')} on`;
  return `${when}${start}${missed[schedule.missedTicks]}`;
}

const missed = { latest: '', all: ', each missed tick is made up for', none: ', missed ticks are left out' };

function describeCron({ cron: text, timezone }: CronSchedule): string {
  const cron = parseCron(text);
  const times = fixedTimes(cron) ?? everySoOften(cron);
  const days = daysInWords(cron);
  if (times === null || days === null || !cron.years.any) return `cron "${text}" (${timezone})`;
  const words = days !== '' ? `${times} ${days}` : cron.elapsed ? times : `every day ${times}`;
  return `${words} (${timezone})`;
}

/** `at 06:00 and 18:00`, or null when there are many or they repeat. */
function fixedTimes({ hours, minutes, seconds, elapsed }: Cron): string | null {
  if (elapsed || hours.values.length * minutes.values.length * seconds.values.length > 6) return null;
  const showSeconds = seconds.values.length > 1 || seconds.values[0] !== 0;
  const times = hours.values.flatMap((hour) =>
    minutes.values.flatMap((minute) =>
      seconds.values.map((second) =>
        [hour, minute, ...(showSeconds ? [second] : [])].map(twoDigits).join(':'),
      ),
    ),
  );
  return `at ${list(times)}`;
}

/** `every 15 minutes`, `at minute 5 of every hour`; null for what is irregular. */
function everySoOften({ hours, minutes, seconds, elapsed }: Cron): string | null {
  if (!elapsed) return null;
  const [hourStep, minuteStep, secondStep] = [stepOf(hours, 24), stepOf(minutes, 60), stepOf(seconds, 60)];
  const onTheMinute = only(seconds) === 0;
  const minute = onTheMinute ? only(minutes) : null;
  if (hourStep === 1 && minuteStep === 1 && secondStep !== null) return every(units(secondStep, 'second'));
  if (hourStep === 1 && minuteStep !== null && onTheMinute) return every(units(minuteStep, 'minute'));
  if (hourStep !== null && minute === 0) return every(units(hourStep, 'hour'));
  if (hourStep === 1 && minute !== null) return `at minute ${minute} of every hour`;
  return null;
}

/** By how much the values of a field that starts at 0 rise, when it comes round evenly; else null. */
function stepOf({ values }: Field, size: number): number | null {
  const step = size / values.length;
  return values.every((value, index) => value === index * step) && values.length > 1 ? step : null;
}

function only({ values: [value, ...rest] }: Field): number | null {
  return rest.length > 0 ? null : (value ?? null);
}

/** `on Monday to Friday`, `on the 1st and 15th of every month`; empty for every day, null for what is more involved. */
function daysInWords(cron: Cron): string | null {
  const weekdays = weekdaysInWords(cron);
  const days = [
    ...cron.days.values.map((day) => `the ${ordinal(day)}`),
    ...(cron.lastDay ? ['the last day'] : []),
  ];
  const months = cron.months.any
    ? null
    : list(cron.months.values.map((month) => monthNames[month - 1] ?? ''));
  if (cron.days.any && cron.weekdays.any) return months === null ? '' : `on every day of ${months}`;
  if (cron.days.any) return weekdays === null || months === null ? weekdays : `${weekdays}, in ${months}`;
  return cron.weekdays.any && days.length <= 4 ? `on ${list(days)} of ${months ?? 'every month'}` : null;
}

function weekdaysInWords({ weekdays, nthWeekdays, months }: Cron): string | null {
  if (nthWeekdays.length > 0) {
    if (weekdays.values.length > 0 || !months.any) return null;
    const named = nthWeekdays.map(({ weekday, nth }) => `the ${nthNames.at(nth)} ${weekdayNames[weekday]}`);
    return `on ${list(named)} of every month`;
  }
  // The week begins on Monday, so that Saturday and Sunday stand together.
  const values = weekdays.values.map((weekday) => (weekday === 0 ? 7 : weekday)).sort((a, b) => a - b);
  const names = values.map((weekday) => weekdayNames[weekday % 7] ?? '');
  const inRow = values.length > 2 && (values.at(-1) ?? 0) - (values[0] ?? 0) === values.length - 1;
  return `on ${inRow ? `${names[0]} to ${names.at(-1)}` : list(names)}`;
}

const weekdayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
/** By the number in the month; the last one is -1. */
const nthNames = ['', 'first', 'second', 'third', 'fourth', 'fifth', 'last'];
const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

function ordinal(day: number): string {
  const endings = ['th', 'st', 'nd', 'rd'];
  return `${day}${(day > 10 && day < 14 ? undefined : endings[day % 10]) ?? 'th'}`;
}

/** `every minute`, `every 15 minutes`. */
function every(length: string): string {
  return `every ${length.replace(/^1 (\w+)$/, '$1')}`;
}

function units(amount: number, unit: string): string {
  return amount === 1 ? `1 ${unit}` : `${amount} ${unit}s`;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
