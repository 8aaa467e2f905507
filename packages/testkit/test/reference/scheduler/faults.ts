/** Mistakes that a mutant makes and that cannot be made from outside. */
export interface EngineFaults {
  /** Rules are told what somebody else publishes as the status of a job. */
  readonly believesAnyStatus?: boolean;
  /** Rules are told of failures that are retried. */
  readonly tellsEveryFailure?: boolean;
  /** What rules were told is not kept over a restart. */
  readonly forgetsRules?: boolean;
  /** A timeout ends the attempt before its stop is confirmed. */
  readonly timesOutAtOnce?: boolean;
  /** Timers are not kept over a restart. */
  readonly forgetsTimers?: boolean;
}
