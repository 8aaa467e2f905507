import * as v from 'valibot';
import { durationMs, durationRule } from '../../duration.ts';
import type { JsonObject } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import { isName, nameRule } from '../../names.ts';

/** A schema of a value in a configuration file, without what its library knows beyond that. */
export type Part<Output> = v.GenericSchema<unknown, Output>;
/** What was written, or nothing: a key that is left out is the same as one with nothing behind it. */
export type Maybe<Value> = Value | null | undefined;
export type Said<Output> = Part<Maybe<Output>>;

/** A key that need not be said; `more` goes into the JSON schema as it is (`default`, `examples`). */
export function said<Output>(
  schema: Part<Output>,
  description: string,
  more: Readonly<Record<string, unknown>> = {},
): Said<Output> {
  return v.pipe(v.nullish(schema), v.metadata({ description, ...more }));
}

/** A key that AIFlow's own files have, and that nothing here reads. Any single value will do. */
export function unused(what: string): Said<unknown> {
  return said(v.union([v.string(), v.number(), v.boolean()]), `AIFlow's; not used here. ${what}`);
}

export const text: Part<string> = v.pipe(v.string(), v.minLength(1, 'expected a text that is not empty'));

/** What `isName` holds a name against, for editors. */
export const namePattern = {
  minLength: 1,
  maxLength: 128,
  pattern: '^[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*$',
};

export const name: Part<string> = v.pipe(
  v.string(),
  v.check(isName, `expected ${nameRule}`),
  v.metadata(namePattern),
);

/** Any mapping: what it may hold is for others to say. */
export const mapping: Part<JsonObject> = v.pipe(
  v.custom<JsonObject>(isJsonObject, 'expected a mapping of keys to values'),
  v.metadata({ type: 'object' }),
);

export const texts: Part<string[]> = v.array(text);

export const port: Part<number> = wholeNumber(1, 65_535);

/** What `durationMs` takes of texts, for editors. */
const durationPattern =
  '^ *(?:(?:\\d+(?:\\.\\d+)? *(?:ms|[dhms]) *)+|(?:\\d{0,9}(?:\\.\\d{1,3})? *, *){3}\\d{0,9}(?:\\.\\d{1,3})? *)$';

/** A length of time; a text that names a unit, or a number of seconds. */
export const duration: Part<number | string> = v.pipe(
  v.union([v.number(), v.string()]),
  v.check((value) => durationMs(value) !== null, `expected ${durationRule}`),
  v.metadata({ examples: ['90s', '1h30m', 5], minimum: 0, pattern: durationPattern }),
);

/** As {@link duration}, but longer than nothing. */
export const positiveDuration: Part<number | string> = v.pipe(
  v.union([v.number(), v.string()]),
  v.check((value) => (durationMs(value) ?? 0) > 0, `expected ${durationRule}, longer than 0`),
  v.metadata({ examples: ['90s', '1h30m', 5], exclusiveMinimum: 0, pattern: durationPattern }),
);

export function wholeNumber(least: number, most: number): Part<number> {
  const range = `expected a whole number from ${least} to ${most}`;
  return v.pipe(v.number(), v.integer(range), v.minValue(least, range), v.maxValue(most, range));
}

export function numberFrom(least: number, most: number): Part<number> {
  const range = `expected a number from ${least} to ${most}`;
  return v.pipe(v.number(), v.minValue(least, range), v.maxValue(most, range));
}
