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

/**
 * What the ends of other jobs mean to a job that waits for them with `finished(…)`: they must have finished (the
 * default), must have ended however, or one of them must have failed.
 */
export type RunCondition = 'upstream_finished' | 'upstream_ended' | 'upstream_failed';
