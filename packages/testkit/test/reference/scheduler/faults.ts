/** Mistakes that a mutant makes and that cannot be made from outside. */
export interface EngineFaults {
  /** Rules are told what somebody else publishes as the status of a job. */
  readonly believesAnyStatus?: boolean;
  /** An event that was sent in an execution goes to the others of its workflow too. */
  readonly leaks?: boolean;
  /** It stops the others of its workflow too. */
  readonly stopsSiblings?: boolean;
  /** An event of an execution that is not known goes to all. */
  readonly tellsUnknown?: boolean;
  /** The jobs that a workflow may run at once are counted in each execution apart. */
  readonly countsEach?: boolean;
  /** They are counted over all workflows. */
  readonly countsAll?: boolean;
  /** What comes for an execution that waits is lost. */
  readonly losesEarly?: boolean;
  /** It is told the last one first. */
  readonly tellsNewestFirst?: boolean;
  /** Rules are told of failures that are retried. */
  readonly tellsEveryFailure?: boolean;
  /** What rules were told is not kept over a restart. */
  readonly forgetsRules?: boolean;
  /** A timeout ends the attempt before its stop is confirmed. */
  readonly timesOutAtOnce?: boolean;
  /** A stop by a rule counts as one by a person. */
  readonly blamesRules?: boolean;
  /** A rule that stops a job takes over the stop of a person. */
  readonly excusesPersons?: boolean;
  /** A rule restarts what is being stopped. */
  readonly restartsStopped?: boolean;
  /** Timers are not kept over a restart. */
  readonly forgetsTimers?: boolean;
  /** Pausing a workflow keeps nothing from starting. */
  readonly ignoresPause?: boolean;
  /** What comes while a workflow is paused is lost. */
  readonly losesKept?: boolean;
  /** Each submission begins the schedules of a workflow anew. */
  readonly losesPlaces?: boolean;
  /** A rule of a workflow starts an execution beside one of the same context. */
  readonly startsTwice?: boolean;
  /** A rule of a workflow stops executions of every context. */
  readonly stopsAll?: boolean;
  /** What the rules of a workflow remember of one context counts for all. */
  readonly mixesContexts?: boolean;
  /** What they remember is not kept over a restart. */
  readonly forgetsWorkflowRules?: boolean;
  /** Rules of a workflow hear what its own executions come to. */
  readonly hearsItself?: boolean;
  /** An extractor that fails once is not asked again. */
  readonly stopsAtFailure?: boolean;
  /** What the host says of starting by itself is not heard. */
  readonly alwaysStarts?: boolean;
}
