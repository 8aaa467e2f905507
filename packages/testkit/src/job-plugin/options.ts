import type { JobBuilder, JobPluginFactory, Json, JsonObject } from '@aiflow/core';
import type { TestRunner } from '../suite/runner.ts';

/** A job for the plugin under test, drawn as a user would draw it. */
export interface JobFixture {
  /** The block of `workflow.job(…)`. It is called several times and must draw the same each time. */
  readonly draw: (job: JobBuilder) => void;
  /** The job's configuration. */
  readonly properties?: JsonObject;
}

export interface SucceedingJob extends JobFixture {
  /** The results that the job ends with, by node id. */
  readonly values: Readonly<Record<string, Json>>;
}

export interface JobFixtures {
  /** Ends well, within seconds. */
  readonly succeeds: SucceedingJob;
  /** Begins, and fails within seconds. */
  readonly fails: JobFixture;
  /** Runs until it is stopped: a minute at the least. */
  readonly runsLong: JobFixture;
  /**
   * Runs the shell script `resources/aiflow-tree.sh` of the project, and waits for it. Needed with the capability
   * `localProcesses`: the suite puts the script there, which starts processes that try to escape a stop.
   */
  readonly startsProcesses?: JobFixture;
  /**
   * Uses the secret `${AIFLOW_CONFORMANCE_SECRET}` where the plugin allows one, and runs until it is stopped. Without
   * it only the environment's secrets are looked for where they must not be.
   */
  readonly usesSecret?: JobFixture;
}

export interface JobPluginSuiteOptions extends TestRunner {
  /** The plugin. */
  readonly factory: JobPluginFactory;
  /**
   * The module that exports it, such as `new URL('../src/plugin.ts', import.meta.url)`: a process that submits a job
   * and is killed imports it.
   */
  readonly module: URL;
  readonly jobs: JobFixtures;
  /** Files that the jobs need, by their path in the project. The workflow is called `conformance`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /**
   * What of an attempt runs on the plugin's engine now, one text for each job there: asked of the engine itself, and not
   * of the plugin. With it the suite sees that a stop leaves nothing there, that a submission that was cut short leaves
   * nothing that nobody finds, and that the job `runsLong`, which must be one job there, never runs twice.
   */
  readonly runningOf?: (attemptId: string) => Promise<readonly string[]>;
  /**
   * After how many milliseconds in `submitJob` the submitting process is killed, once each; 0, 3, 10 and 30 unless said.
   * For an engine that takes seconds to begin a job: times that reach from the first step to the last.
   */
  readonly killAfter?: readonly number[];
  /** How long one step may take on the plugin's platform, in milliseconds; 20,000 unless said. */
  readonly patience?: number;
}
