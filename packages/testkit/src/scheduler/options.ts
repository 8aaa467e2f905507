import type { Scheduler, SchedulerHost } from '@aiflow/core';
import type { TestRunner } from '../suite/runner.ts';

/** Where a case's scheduler keeps its state. The same place opened again must go on with what was stored. */
export interface SchedulerPlace {
  /** Unique to the case, of lower-case letters, digits and `-`. */
  readonly name: string;
  /** An empty directory; it is removed when the case ends. */
  readonly directory: string;
  /** With a scripted runner: the case decides how attempts end. */
  readonly host: SchedulerHost;
}

export interface SchedulerSuiteOptions extends TestRunner {
  /** What the report calls it. */
  readonly name: string;
  /**
   * What the plugin's record declares. The suite tests what is there: `events` (rules on events from outside, outboxes,
   * datasets), `labels`, `limits`, `retries`, `timeouts`, `jobSchedules`, `schedulingStops` (of single jobs), `workflowSchedules`, `workflowRules` (context extractors too),
   * and `pools`, for which `open` gives the scheduler a pool `pair` of 2 places. What comes with time needs a scheduler
   * that takes it from `host.clock`.
   */
  readonly capabilities?: Readonly<Record<string, boolean>>;
  /** Makes a scheduler as the plugin's `create` does; the suite starts and closes it, and may open one place again. */
  readonly open: (place: SchedulerPlace) => Scheduler | Promise<Scheduler>;
  /** Removes state that is not below `place.directory` or `host.stateDir`. */
  readonly remove?: (place: SchedulerPlace) => Promise<void>;
  /** How long one step may take, in milliseconds; 20,000 unless said. */
  readonly patience?: number;
}
