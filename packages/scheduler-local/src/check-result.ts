import type { JobResult } from '@aiflow/core';
import { findNonJson, isJsonObject, messageOf } from '@aiflow/core';

/**
 * The result as it can be written down. A plugin may be plain JavaScript and give anything: a result that is none
 * ends its attempt as FAILED with `scheduler.invalid_result`. Never throws.
 */
export function checkResult(result: unknown): JobResult {
  let wrong: string | null;
  try {
    wrong = wrongIn(result);
  } catch (error) {
    wrong = `a result that cannot be read (${messageOf(error)})`;
  }
  if (wrong === null) return result as JobResult; // as it was found to be
  const message = `the job plugin gave ${wrong}`;
  return { status: 'FAILED', values: {}, error: { code: 'scheduler.invalid_result', message, context: {} } };
}

const ends: readonly unknown[] = ['FINISHED', 'FAILED', 'KILLED'];

function wrongIn(result: unknown): string | null {
  const not = 'and not a result (status, values and error)';
  if (!isJsonObject(result)) return `${describe(result)} ${not}`;
  const { status, values, error } = result as Readonly<Record<string, unknown>>;
  if (!ends.includes(status)) return `a result whose status is ${describe(status)}, which is no end`;
  if (!isJsonObject(values)) return `a result whose values are ${describe(values)} and not an object`;
  if (error !== null) {
    if (!isJsonObject(error)) return `a result whose error is ${describe(error)}, neither an object nor null`;
    const { code, message, context } = error;
    if (typeof code !== 'string' || typeof message !== 'string' || !isJsonObject(context)) {
      return 'a result whose error has not a code, a message and a context';
    }
  }
  const notPlain = findNonJson({ values, error });
  return notPlain === null ? null : `a result whose ${notPlain} is not plain JSON`;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : `a value of type ${typeof value}`;
}
