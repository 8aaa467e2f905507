import type { Workflow } from '../compile/workflow.ts';
import type { JsonObject } from '../json.ts';
import type { EventLog } from '../observe/event-log.ts';
import type { ParkedEvent } from '../observe/event.ts';
import type { JobExecutionInfo, WorkflowExecutionInfo, WorkflowInfo } from './info.ts';

/** The project that a workflow was compiled from, and where its snapshot lies. */
export interface ProjectContext {
  readonly projectName: string;
  readonly snapshotId: string;
  /** What `BlobManager.uploadProject` gave back. */
  readonly uri: string;
}

export interface StartExecutionOptions {
  /** Which of several side-by-side runs this one is; events sent for a context reach only its executions. */
  readonly context?: string | null;
  /** Handed to the jobs in their environment. */
  readonly parameters?: JsonObject;
  /** The same key for the same workflow gives back the execution that the first call started, whatever its state. */
  readonly idempotencyKey?: string;
}

export interface PageOptions {
  /** At most this many, newest first; 100 unless said. */
  readonly limit?: number;
  /** The `workflowExecutionId` after which to go on. */
  readonly cursor?: string;
}

export interface ParkedPageOptions {
  /** At most this many, oldest first; 1000 unless said. */
  readonly limit?: number;
  /** Only events with a higher version. */
  readonly afterVersion?: number;
}

/**
 * Decides when jobs start, stop and restart. Null stands for a workflow, execution or job that does not exist; a
 * call that is not allowed now throws `scheduler.not_allowed`. Every method but `start` throws `scheduler.closed`
 * outside of `start` … `close`. What a resolved promise says has been made durable.
 */
export interface Scheduler {
  readonly config: JsonObject;
  readonly events: EventLog;

  /** Opens the store and goes on with what was left running. Throws `scheduler.busy` when another one has the store. */
  start(): Promise<void>;
  /** Lets go of the store; running jobs go on and are found again by the next `start`. A second call does nothing. */
  close(): Promise<void>;

  /** Replaces the workflow of that name; running executions keep their own version and snapshot. */
  submitWorkflow(workflow: Workflow, project: ProjectContext): Promise<WorkflowInfo>;
  /** Stops what runs of it, then forgets it; gives what it was. Its executions can still be listed. */
  deleteWorkflow(projectName: string, workflowName: string): Promise<WorkflowInfo | null>;
  /**
   * Lets the workflow's own schedules and rules rest; executions that run go on, and a start by hand works. Ticks that
   * come meanwhile count as missed, and events for its rules are kept: both are dealt with when it is resumed.
   */
  pauseWorkflowScheduling(projectName: string, workflowName: string): Promise<WorkflowInfo | null>;
  resumeWorkflowScheduling(projectName: string, workflowName: string): Promise<WorkflowInfo | null>;
  /**
   * The events on which the workflow's context extractor failed, each with the reason. They are told to nobody of the
   * workflow, hold up no other event, and are listed until the workflow is deleted. An empty list for an unknown workflow.
   */
  listParkedEvents(
    projectName: string,
    workflowName: string,
    options?: ParkedPageOptions,
  ): Promise<ParkedEvent[]>;

  /**
   * One for which there is no room beside the others of its workflow (`limits.executions`) waits as INIT, `queued`. What
   * is sent for it meanwhile is kept, and told to it when it begins.
   */
  startNewWorkflowExecution(
    projectName: string,
    workflowName: string,
    options?: StartExecutionOptions,
  ): Promise<WorkflowExecutionInfo | null>;
  /** Stops every execution that has not ended; resolves when all of them have, with their real ends. */
  stopAllWorkflowExecution(projectName: string, workflowName: string): Promise<WorkflowExecutionInfo[]>;
  /** Resolves when no process of the execution is left. One that had ended is given back as it is. */
  stopWorkflowExecution(workflowExecutionId: string): Promise<WorkflowExecutionInfo | null>;
  getWorkflowExecution(workflowExecutionId: string): Promise<WorkflowExecutionInfo | null>;
  /** Newest first; an empty list for an unknown workflow. */
  listWorkflowExecutions(
    projectName: string,
    workflowName: string,
    options?: PageOptions,
  ): Promise<WorkflowExecutionInfo[]>;

  /** Starts a job of a running execution, also one that never ran. Not allowed while an attempt of it has not ended. */
  startJobExecution(jobName: string, workflowExecutionId: string): Promise<JobExecutionInfo | null>;
  /** Stops the attempt that has not ended; resolves when it has. Not allowed when there is none. */
  stopJobExecution(jobName: string, workflowExecutionId: string): Promise<JobExecutionInfo | null>;
  /** Stops the attempt that runs, if one does, and starts a new one only after that stop is confirmed. */
  restartJobExecution(jobName: string, workflowExecutionId: string): Promise<JobExecutionInfo | null>;
  /**
   * From now on, and after a restart too, rules and schedules do nothing to a job of this execution: what they ask for
   * is dropped, and not made up for. Rules go on hearing events. What was asked for before goes on: an attempt with its
   * retries, and a restart that waits for its stop. By hand the job is started, stopped and restarted as ever. Not
   * allowed unless the execution runs; a second call changes nothing. Null when the execution or the job does not exist.
   * A scheduler whose record does not declare the capability `schedulingStops` throws `scheduler.unsupported`.
   */
  stopSchedulingJob(jobName: string, workflowExecutionId: string): Promise<WorkflowExecutionInfo | null>;
  /** Lets rules and schedules act on the job again, from now on. Allowed, and null, as its counterpart is. */
  resumeSchedulingJob(jobName: string, workflowExecutionId: string): Promise<WorkflowExecutionInfo | null>;
  /** One for each attempt, oldest first; null when the execution or the job does not exist. */
  getJobExecutions(jobName: string, workflowExecutionId: string): Promise<JobExecutionInfo[] | null>;
  /** One for each attempt of each job, oldest first; null when the execution does not exist. */
  listJobExecutions(workflowExecutionId: string): Promise<JobExecutionInfo[] | null>;
}
