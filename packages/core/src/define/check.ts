import type { Duration } from '../duration.ts';
import { durationRule, toMs } from '../duration.ts';
import { AIFlowError, isAIFlowError, messageOf } from '../errors.ts';
import { findNonJson, frozenCopy, isJsonObject } from '../json.ts';
import { hintFor } from '../plugin/nearest.ts';

/** A value of any origin as it may stand in a message: on one line, and short. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) {
    return String(value);
  }
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * Refuses options that are no object, and an option that is not known: passed over, a misspelt one would change what
 * runs when.
 */
export function checkKeys(options: unknown, known: readonly string[], what: string): void {
  if (!isJsonObject(options)) {
    throw new AIFlowError(
      'define.invalid_option',
      `${what} takes its options as an object with ${known.join(', ')}, not ${shown(options)}`,
    );
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new AIFlowError(
      'define.unknown_option',
      `${what} has no option ${shown(key)}: ${hintFor(key, known)}`,
    );
  }
}

/** Gives a value back that is one of `known`; throws `code` for any other. */
export function checkOneOf<T extends string>(
  value: unknown,
  known: readonly T[],
  what: string,
  code = 'define.invalid_option',
): T {
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  const hint = typeof value === 'string' ? hintFor(value, known) : `expected one of ${known.join(', ')}`;
  throw new AIFlowError(code, `${what} cannot be ${shown(value)}: ${hint}`);
}

/** Gives a whole number back that lies in a range; throws `code` for anything else. */
export function checkWhole(
  value: unknown,
  least: number,
  most: number,
  what: string,
  code = 'define.invalid_option',
): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new AIFlowError(code, `${what} must be a whole number from ${least} to ${most}, not ${shown(value)}`);
}

/** A duration in whole milliseconds; throws `define.invalid_option` or `duration.invalid`. */
export function checkDuration(value: Duration, what: string): number {
  if (typeof value === 'number' || typeof value === 'string') return toMs(value, what);
  throw new AIFlowError('define.invalid_option', `${what} must be ${durationRule}, not ${shown(value)}`);
}

/** Gives a text back that is not empty and stands on one line; throws `code` for anything else. */
export function checkText(value: unknown, what: string, code = 'define.invalid_option'): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= 4096 && !hasControl(value))
    return value;
  throw new AIFlowError(code, `${what} must be a text on one line, not ${shown(value)}`);
}

/** Runs `make`; a mistake that it finds is told together with whose it is. */
export function told<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!isAIFlowError(error)) throw error;
    throw new AIFlowError(error.code, `${what}: ${messageOf(error)}`, {
      context: error.context,
      cause: error,
    });
  }
}

/**
 * A copy of plain JSON that nobody can change. Throws `code` for anything that is not, that has a `__proto__`, or that
 * is too deep or too large to have been meant, as what contains itself is.
 */
export function plainCopy<T>(value: T, what: string, code = 'define.not_plain'): T {
  const excess = findExcess(value, 0, { members: mostMembers });
  if (excess !== null) {
    throw new AIFlowError(code, `${what} must be plain JSON that can be written down, and it ${excess}`);
  }
  const notPlain = findNonJson(value);
  if (notPlain !== null) {
    throw new AIFlowError(code, `${what} must be plain JSON, and ${oneLine(notPlain)} is not`);
  }
  return frozenCopy(value);
}

/** As {@link plainCopy}, and nothing but an object will do. */
export function plainObjectCopy<T extends object>(value: T, what: string, code = 'define.not_plain'): T {
  if (isJsonObject(value)) return plainCopy(value, what, code);
  throw new AIFlowError(code, `${what} must be an object of plain JSON, not ${shown(value)}`);
}

const deepest = 100;
const mostMembers = 500_000;

function findExcess(value: unknown, depth: number, left: { members: number }): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (depth > deepest) return `has more than ${deepest} levels`;
  if (Object.hasOwn(value, '__proto__')) return 'has a member "__proto__"';
  for (const member of Object.values(value)) {
    left.members -= 1;
    if (left.members < 0) return `has more than ${mostMembers} members`;
    const excess = findExcess(member, depth + 1, left);
    if (excess !== null) return excess;
  }
  return null;
}

function oneLine(path: string): string {
  return hasControl(path) || path.length > 200 ? shown(path) : path;
}

function hasControl(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text);
}
