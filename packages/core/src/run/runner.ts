import type { Job } from '../compile/workflow.ts';
import type { JsonObject } from '../json.ts';
import type { JobHandle, JobResult } from './job-plugin.ts';

/** All that is needed to run one attempt of one job, as plain JSON. */
export interface Attempt {
  /** Unique over all executions, made durable before anything happens outside. */
  readonly attemptId: string;
  /** From 1. */
  readonly attemptNumber: number;
  readonly workflowExecutionId: string;
  readonly projectName: string;
  readonly workflowName: string;
  readonly snapshotId: string;
  readonly snapshotUri: string;
  readonly job: Job;
  readonly context: string | null;
  readonly parameters: JsonObject;
}

/** An attempt under way. */
export interface AttemptRun {
  /** Where the attempt's output lies. */
  readonly logDir: string;
  /** Resolves when the job has been submitted, with its handle; rejects when submitting failed. */
  readonly submitted: Promise<JobHandle>;
  /**
   * How the attempt ended, after its clean-up. A plugin that throws makes it FAILED (the job was stopped first);
   * it rejects only when the end cannot be known.
   */
  readonly result: Promise<JobResult>;
  /** Ends the job and all that it started; `result` then resolves, KILLED unless it had ended by itself. */
  stop(): Promise<void>;
}

/**
 * The port between a scheduler and the worker: a scheduler says which attempt starts or stops, and never meets a
 * job plugin. Given to it as `host.runner`.
 */
export interface AttemptRunner {
  /** Begins the attempt. Its id must be durable by now. Never throws: what goes wrong is in `result`. */
  start(attempt: Attempt): AttemptRun;
  /** After a crash: the attempt if its job was begun, running or ended; null when it never began. */
  find(attempt: Attempt): Promise<AttemptRun | null>;
}
