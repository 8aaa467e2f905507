import { AIFlowError } from '../errors.ts';
import { nearest } from '../plugin/nearest.ts';

/** What one field of a cron expression may hold. */
export interface FieldRule {
  readonly field: string;
  readonly min: number;
  readonly max: number;
  /** Words for `min`, `min + 1` and so on. */
  readonly names?: readonly string[];
}

/** A field, spelled out. */
export interface Field {
  /** In rising order, each once. */
  readonly values: readonly number[];
  /** Whether it is `*` or `?`, and so says nothing. */
  readonly any: boolean;
  /** Whether a part of it is `*` or has a step, and so means "every so often" rather than "then". */
  readonly repeats: boolean;
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** A tick lies in the years 1900 to 9999. */
export const yearRule: FieldRule = { field: 'year', min: 1900, max: 9999 };
export const monthRule: FieldRule = { field: 'month', min: 1, max: 12, names: months };
export const dayRule: FieldRule = { field: 'day', min: 1, max: 31 };
/** Sunday is 0, and 7 too: see {@link valueOf}. */
export const weekdayRule: FieldRule = { field: 'day of week', min: 0, max: 6, names: weekdays };
export const hourRule: FieldRule = { field: 'hour', min: 0, max: 23 };
export const minuteRule: FieldRule = { field: 'minute', min: 0, max: 59 };
export const secondRule: FieldRule = { field: 'second', min: 0, max: 59 };

/** Reads a list of values, ranges and steps. Throws `schedule.invalid`. */
export function parseField(rule: FieldRule, text: string): Field {
  const values = new Set<number>();
  let repeats = false;
  for (const part of text.split(',')) {
    const [range = '', step, ...rest] = part.split('/');
    if (rest.length > 0) throw wrongField(rule, part, 'it has two steps');
    const by = step === undefined ? 1 : stepOf(rule, step);
    const [from, to] = rangeOf(rule, range, step !== undefined);
    for (let value = from; value <= to; value += by) values.add(wrap(rule, value));
    repeats ||= isAny(rule, range) || step !== undefined;
  }
  return { values: [...values].sort((a, b) => a - b), any: isAny(rule, text), repeats };
}

/** One value, as a number or a name. Sunday may be 7. Throws `schedule.invalid`. */
export function valueOf(rule: FieldRule, text: string): number {
  const named = rule.names?.indexOf(text.toUpperCase()) ?? -1;
  if (named !== -1) return rule.min + named;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (value >= rule.min && value <= highest(rule)) return value;
  const meant = rule.names === undefined ? null : nearest(text, rule.names);
  if (meant !== null) throw wrongField(rule, text, `did you mean ${meant}?`);
  throw wrongField(rule, text, 'this is not one');
}

/** What is wrong with a field: `found` bounded, and what is right. */
export function wrongField(rule: FieldRule, found: string, why: string): AIFlowError {
  const names = rule.names === undefined ? '' : ` or ${rule.names[0]} to ${rule.names.at(-1)}`;
  const shown = JSON.stringify(found.length > 40 ? `${found.slice(0, 40)}…` : found);
  return new AIFlowError(
    'schedule.invalid',
    `cron has the ${rule.field} ${shown}: ${why}; expected ${rule.min} to ${highest(rule)}${names}, a range (a-b), "*", a step (*/n), or a list of them`,
    { context: { key: 'cron' } },
  );
}

function rangeOf(rule: FieldRule, text: string, stepped: boolean): readonly [from: number, to: number] {
  if (isAny(rule, text)) return [rule.min, rule.max];
  const [first = '', last, ...rest] = text.split('-');
  if (rest.length > 0) throw wrongField(rule, text, 'a range has two ends');
  const from = valueOf(rule, first);
  if (last === undefined) return stepped ? [wrap(rule, from), rule.max] : [from, from];
  const to = valueOf(rule, last);
  if (from <= to) return [from, to];
  if (rule === yearRule) throw wrongField(rule, text, 'it ends before it begins');
  // Past the end it goes on at the beginning, as hours 22-2 do.
  return [from, to + sizeOf(rule)];
}

function stepOf(rule: FieldRule, text: string): number {
  const step = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (step > 0) return step;
  throw wrongField(rule, `/${text}`, 'a step is a whole number from 1 on');
}

function isAny(rule: FieldRule, text: string): boolean {
  return text === '*' || (text === '?' && (rule === dayRule || rule === weekdayRule));
}

function wrap(rule: FieldRule, value: number): number {
  return rule.min + ((value - rule.min) % sizeOf(rule));
}

function sizeOf(rule: FieldRule): number {
  return rule.max - rule.min + 1;
}

function highest(rule: FieldRule): number {
  return rule === weekdayRule ? 7 : rule.max;
}
