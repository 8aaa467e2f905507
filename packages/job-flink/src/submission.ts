import type { Job, JobResultError, JobRuntimeEnv, Json } from '@aiflow/core';
import type { FlinkHandleData } from './handle.ts';

/** What is known of a submission without asking the cluster. */
export type SubmissionState = {
  /** The jobs, by id, that were ended because enough of their rows were there: as good as finished. */
  readonly cut: readonly string[];
} & (SubmissionUnderWay | SubmissionDone | SubmissionFailed);

/** Jobs may still come, or rows. */
interface SubmissionUnderWay {
  readonly kind: 'under_way';
}

/** This many jobs are on the cluster, and none will come. */
interface SubmissionDone {
  readonly kind: 'done';
  /** Null: at least one. */
  readonly jobs: number | null;
  /** What the nodes gave. */
  readonly values: Readonly<Record<string, Json>>;
}

/** It failed, and there is nothing to wait for. */
interface SubmissionFailed {
  readonly kind: 'failed';
  readonly error: JobResultError;
}

/**
 * A way to bring a job to a cluster: what differs between REST, the SQL gateway and Flink's command. What then runs
 * there is watched and stopped alike, in `cluster-controller.ts`.
 */
export interface Submission {
  /** Begins, and resolves when what begins can be found by {@link find}. */
  submit(job: Job, env: JobRuntimeEnv): Promise<void>;
  /**
   * After a crash: whether the attempt began. What was cut short in the middle of asking Flink is asked again under the
   * same id, which the JobManager takes once; what was cut short before has never begun, and never will.
   */
  find(job: Job, env: JobRuntimeEnv): Promise<boolean>;
  look(data: FlinkHandleData, env: JobRuntimeEnv): Promise<SubmissionState>;
  /** Makes sure that no further job is submitted; `settleMs` is how long one may still come to light. */
  end(data: FlinkHandleData, env: JobRuntimeEnv): Promise<{ readonly settleMs: number }>;
  /** Removes what was put elsewhere for the attempt. */
  cleanup(data: FlinkHandleData, env: JobRuntimeEnv): Promise<void>;
}
