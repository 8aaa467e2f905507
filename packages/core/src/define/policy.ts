import type { Duration } from '../duration.ts';
import { AIFlowError } from '../errors.ts';
import { isJsonObject } from '../json.ts';
import { checkDuration, checkKeys, checkWhole, shown } from './check.ts';

/** How often and when a failed attempt is followed by another. */
export interface RetryPolicy {
  /** At most this many attempts after the first. */
  readonly limit: number;
  /** Before the first of them. */
  readonly delayMs: number;
  /** By what each delay is longer than the one before; 1 for always the same. */
  readonly backoff: number;
  readonly maxDelayMs: number;
  /** Up to which part of itself a delay is made longer or shorter by chance, 0 to 1. */
  readonly jitter: number;
}

/** Document 003's ExecutionMode. */
export type ExecMode = 'BATCH' | 'STREAM';
export const execModes: readonly ExecMode[] = ['BATCH', 'STREAM'];

/**
 * What the ends of other jobs mean to a job that waits for them with `finished(…)` in its START rules.
 *
 * - `upstream_finished`, the default: they must have finished.
 * - `upstream_ended`: they must have ended, however. Each `finished(job)` is read as `ended(job)`.
 * - `upstream_failed`: one of them must have failed. What looks at nothing but `finished(…)` is read as one
 *   `any(failed(…), …)` of all the jobs that it names; events and other statuses beside it stay as they are written,
 *   so that `all(finished(a), finished(b), event(e))` is read as `all(any(failed(a), failed(b)), event(e))`.
 *
 * RESTART and STOP rules are never changed.
 */
export type RunCondition = 'upstream_finished' | 'upstream_ended' | 'upstream_failed';
export const runConditions: readonly RunCondition[] = [
  'upstream_finished',
  'upstream_ended',
  'upstream_failed',
];

/** How a failed job is tried again. */
export interface RetryOptions {
  /** At most this many attempts after the first, 0 to 10,000. */
  readonly limit: number;
  /** Before the first of them; 10 s unless said. */
  readonly delay?: Duration;
  /** Each delay is this many times the one before, 1 to 100; 2 unless said. */
  readonly backoff?: number;
  /** No delay is longer, but for its jitter; 10 minutes unless said, or `delay` where that is longer. */
  readonly maxDelay?: Duration;
  /** Up to which part of itself a delay is made longer or shorter by chance, 0 to 1; 0.1 unless said. */
  readonly jitter?: number;
}

/** A number of attempts after the first, or how they are made. */
export type RetrySpec = number | RetryOptions;

/** A retry policy in full. Throws `define.invalid_option`, `define.unknown_option` or `duration.invalid`; `what` names it. */
export function retryPolicy(spec: RetrySpec, what = 'retry'): RetryPolicy {
  if (typeof spec === 'number') return retryPolicy({ limit: spec }, what);
  checkKeys(spec, ['limit', 'delay', 'backoff', 'maxDelay', 'jitter'], what);
  const delayMs = checkDuration(spec.delay ?? '10s', `the delay of ${what}`);
  const maxDelayMs = checkDuration(spec.maxDelay ?? Math.max(600, delayMs / 1000), `the maxDelay of ${what}`);
  if (maxDelayMs < delayMs) {
    throw new AIFlowError(
      'define.invalid_option',
      `the maxDelay of ${what} is shorter than its delay: make it at least as long`,
    );
  }
  return Object.freeze({
    limit: checkWhole(spec.limit, 0, 10_000, `the limit of ${what}`),
    delayMs,
    backoff: checkRange(spec.backoff ?? 2, 1, 100, `the backoff of ${what}`),
    maxDelayMs,
    jitter: checkRange(spec.jitter ?? 0.1, 0, 1, `the jitter of ${what}`),
  });
}

/** Whether a value, which may come from anywhere, has the shape of a retry policy. */
export function isRetryPolicy(value: unknown): value is RetryPolicy {
  if (!isJsonObject(value)) return false;
  const { limit, delayMs, backoff, maxDelayMs, jitter } = value;
  return (
    Number.isSafeInteger(limit) &&
    isInRange(limit, 0, Infinity) &&
    [delayMs, maxDelayMs].every((ms) => Number.isSafeInteger(ms) && isInRange(ms, 0, Infinity)) &&
    isInRange(backoff, 1, 100) &&
    isInRange(jitter, 0, 1)
  );
}

/**
 * How long to wait before a retry, in whole milliseconds, never below 0. `retryNumber` counts from 1; `random`, from 0
 * up to but not including 1, decides the jitter: 0 gives the shortest delay and 0.5 the one without jitter.
 */
export function retryDelayMs(policy: RetryPolicy, retryNumber: number, random: number): number {
  const { delayMs, backoff, maxDelayMs, jitter } = policy;
  if (delayMs === 0) return 0; // the power below may be infinite
  const delay = Math.min(delayMs * backoff ** (retryNumber - 1), maxDelayMs);
  return Math.max(0, Math.round(delay * (1 + jitter * (2 * random - 1))));
}

function checkRange(value: unknown, least: number, most: number, what: string): number {
  if (isInRange(value, least, most)) return value;
  throw new AIFlowError(
    'define.invalid_option',
    `${what} must be a number from ${least} to ${most}, not ${shown(value)}`,
  );
}

function isInRange(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}
