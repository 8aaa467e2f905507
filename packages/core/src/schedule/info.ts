import type { Json, JsonObject } from '../json.ts';
import type { JobResultError } from '../run/job-plugin.ts';
import type { Status, StatusReason } from './status.ts';

/** A workflow that a scheduler holds. The documents call the project's name its `namespace`. */
export interface WorkflowInfo {
  readonly namespace: string;
  readonly workflowName: string;
  readonly properties: JsonObject;
  readonly snapshotId: string;
  readonly isPaused: boolean;
}

/** Dates are ISO 8601 in UTC with milliseconds; null while not reached. */
export interface WorkflowExecutionInfo {
  readonly workflowExecutionId: string;
  readonly workflowInfo: WorkflowInfo;
  readonly status: Status;
  readonly reason: StatusReason | null;
  readonly properties: JsonObject;
  readonly context: string | null;
  readonly startDate: string | null;
  readonly endDate: string | null;
  /** The jobs whose scheduling somebody stopped, in the order of their names: rules and ticks do nothing to them. */
  readonly unscheduledJobs: readonly string[];
}

/** One attempt of one job. */
export interface JobExecutionInfo {
  readonly jobName: string;
  /** The attempt's id: what a process carries in its environment and every outside id derives from. */
  readonly jobExecutionId: string;
  /** Which attempt of this job in this execution, from 1. */
  readonly attemptNumber: number;
  readonly workflowExecutionId: string;
  readonly status: Status;
  readonly reason: StatusReason | null;
  readonly startDate: string | null;
  readonly endDate: string | null;
  /** A short line about a running job, such as what it waits for; null when it has nothing to say. */
  readonly executionLabel: string | null;
  /** Where its output lies on the machine that ran it; null before it ran. */
  readonly logDir: string | null;
  /** The results of its nodes by node id, once it has finished. */
  readonly values: Readonly<Record<string, Json>>;
  readonly error: JobResultError | null;
}
