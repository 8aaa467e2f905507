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
  /** Where the job puts its events, for the scheduler to take; not there when the job never got that far. */
  readonly outboxDir: string;
  /** Resolves when the job has been submitted, with its handle; rejects when submitting failed. */
  readonly submitted: Promise<JobHandle>;
  /**
   * How the attempt ended, after its clean-up; pending until that is known. A plugin that cannot wait for its job
   * makes it FAILED, once the job has been stopped. It rejects only when the end can never be known: something of
   * the attempt may then still run. It never settles when {@link detach} came first.
   */
  readonly result: Promise<JobResult>;
  /**
   * Has the listener called with each label of the running job that differs from the one before, null for none; not
   * after the end, nor after {@link detach}. A runner that knows of no labels leaves it out.
   */
  onLabel?(listener: (label: string | null) => void): void;
  /**
   * Ends the job and all that it started; `result` then resolves, KILLED unless it had ended by itself. Rejects when
   * the job could not be stopped: the attempt goes on, `result` stays pending, and another call asks again. Rejects
   * with `job.detached` when this has let go.
   */
  stop(): Promise<void>;
  /**
   * Lets go of the attempt, and does not end it: nothing here waits for the job any more or keeps the process alive,
   * and nothing is cleaned up. A job that is being submitted may still begin. `find` takes the attempt up again,
   * also in this process. For a scheduler that closes; harmless after the end and when called twice.
   */
  detach(): void;
}

/**
 * The port between a scheduler and the worker: a scheduler says which attempt starts or stops, and never meets a
 * job plugin. Given to it as `host.runner`.
 */
export interface AttemptRunner {
  /** Begins the attempt. Its id must be durable by now. Never throws: what goes wrong is in `result`. */
  start(attempt: Attempt): AttemptRun;
  /**
   * After a crash: the attempt if its job was begun, running or ended; null when it never began. Rejects when that
   * cannot be told. The signal ends the asking, with its reason.
   */
  find(attempt: Attempt, options?: { readonly signal?: AbortSignal }): Promise<AttemptRun | null>;
}
