import { AIFlowError } from '../errors.ts';
import { hintFor } from '../plugin/nearest.ts';
import type { Field, FieldRule } from './cron-field.ts';
import {
  dayRule,
  hourRule,
  minuteRule,
  monthRule,
  parseField,
  secondRule,
  valueOf,
  weekdayRule,
  wrongField,
  yearRule,
} from './cron-field.ts';

/** A weekday of a month: the second Monday is `{ weekday: 1, nth: 2 }`; -1 is the last. */
interface NthWeekday {
  readonly weekday: number;
  readonly nth: number;
}

/** A cron expression, spelled out. */
export interface Cron {
  readonly seconds: Field;
  readonly minutes: Field;
  readonly hours: Field;
  readonly days: Field;
  /** `L`: also the last day of the month. */
  readonly lastDay: boolean;
  readonly months: Field;
  /** Sunday is 0. */
  readonly weekdays: Field;
  readonly nthWeekdays: readonly NthWeekday[];
  /** No values, but `any`, for every year. */
  readonly years: Field;
  /** Whether seconds, minutes or hours repeat: then it follows elapsed time over a change of the clocks. */
  readonly elapsed: boolean;
}

const nicknames: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

const everyYear: Field = { values: [], any: true, repeats: false };
const longest = 500;

/**
 * Reads a cron expression. Its fields are `minute hour day month day-of-week`; of six the first is the second, and of
 * AIFlow's seven the last is the year, 1900 to 9999. A field is `*` or a list of values, ranges and steps. Names of
 * months and weekdays may stand in any case. A range whose end comes first goes round (`22-2`); `5/15` is `5-59/15`.
 * Sunday is 0 or 7. `?` is `*` in day and day of week, `L` the last day of the month, `5L` its last Friday, `MON#2` its
 * second Monday. When day and day of week both say something, either is enough, as in Vixie's cron; `*` says nothing,
 * but a step does. `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually` mean what they
 * say. With seven fields a weekday is a name and says nothing beside a day: AIFlow's scheduler took 0 for Monday, and
 * wanted both to match. Throws `schedule.invalid`, naming the field.
 */
export function parseCron(text: string): Cron {
  if (text.length > longest) throw wrong(`cron must have at most ${longest} characters, not ${text.length}`);
  const trimmed = text.trim();
  const fields = (trimmed.startsWith('@') ? spelledOut(trimmed) : trimmed).split(/\s+/);
  if (fields.length < 5 || fields.length > 7) {
    throw wrong(
      `cron must have 5 fields (minute hour day month day-of-week), 6 (second first) or 7 (year last), not ${trimmed === '' ? 0 : fields.length}`,
    );
  }
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = '', year = '*'] =
    fields.length === 5 ? ['0', ...fields] : fields;
  if (fields.length === 7) refuseOtherMeaning(day, weekday);
  const seconds = parseField(secondRule, second);
  const minutes = parseField(minuteRule, minute);
  const hours = parseField(hourRule, hour);
  const [plainDays, last] = setApart(day, (part) => part.toUpperCase() === 'L');
  const [plainWeekdays, nth] = setApart(weekday, (part) => /#|.L$/i.test(part));
  return {
    seconds,
    minutes,
    hours,
    days: parseRest(dayRule, plainDays),
    lastDay: last.length > 0,
    months: parseField(monthRule, month),
    weekdays: parseRest(weekdayRule, plainWeekdays),
    nthWeekdays: nth.map(nthWeekday),
    years: year === '*' ? everyYear : parseField(yearRule, year),
    elapsed: seconds.repeats || minutes.repeats || hours.repeats,
  };
}

/** What meant something else to AIFlow is refused rather than moved to another day. */
function refuseOtherMeaning(day: string, weekday: string): void {
  if (/(?:^|[,-])\d/.test(weekday)) {
    throw wrong(
      `cron: with seven fields write the day of the week as a name, such as MON, not ${JSON.stringify(weekday.slice(0, 40))}: 0 was Monday to AIFlow, and is Sunday to cron`,
    );
  }
  const says = (field: string): boolean => field !== '*' && field !== '?';
  if (says(day) && says(weekday)) {
    throw wrong(
      'cron: with seven fields say the day of the month or the day of the week and "*" for the other: AIFlow wanted both to match, and cron takes either (write six fields for that)',
    );
  }
}

function spelledOut(nickname: string): string {
  const known = Object.entries(nicknames).find(([name]) => name === nickname.toLowerCase());
  if (known !== undefined) return known[1];
  throw wrong(`cron ${JSON.stringify(nickname.slice(0, 40))}: ${hintFor(nickname, Object.keys(nicknames))}`);
}

/** The parts of a list that are of a kind of their own, and those that are not. */
function setApart(
  text: string,
  isSpecial: (part: string) => boolean,
): readonly [plain: readonly string[], special: readonly string[]] {
  const parts = text.split(',');
  return [parts.filter((part) => !isSpecial(part)), parts.filter(isSpecial)];
}

function parseRest(rule: FieldRule, parts: readonly string[]): Field {
  return parts.length > 0 ? parseField(rule, parts.join(',')) : { values: [], any: false, repeats: false };
}

function nthWeekday(part: string): NthWeekday {
  const [, day = '', nth] = /^([^#]*?)(?:L|#([1-5]))$/i.exec(part) ?? [];
  if (day === '') throw wrongField(weekdayRule, part, 'write MON#2 (#1 to #5) or 5L for one of a month');
  return { weekday: valueOf(weekdayRule, day) % 7, nth: nth === undefined ? -1 : Number(nth) };
}

function wrong(message: string): AIFlowError {
  return new AIFlowError('schedule.invalid', message, { context: { key: 'cron' } });
}
