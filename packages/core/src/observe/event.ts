/** Something that happened. Times are milliseconds since 1970 by the scheduler's clock. */
export interface Event {
  /** One sequence over the whole log, rising; a later event has the higher version. */
  readonly version: number;
  readonly key: string;
  readonly value: string;
  readonly eventType: string;
  readonly namespace: string;
  readonly sender: string | null;
  /** Which executions it is for: null for all of them. */
  readonly context: string | null;
  /**
   * The execution that it was sent in; null for none. To the jobs of that execution's workflow it is an event of this
   * execution alone: whatever its context is and whatever the workflow's extractor says, this one is told of it while it
   * has not ended, and no other. Other workflows, and the rules of workflows, hear it as they hear any event; a STOP
   * rule of the execution's own workflow stops no other execution by it. An event of an execution that the scheduler
   * does not know is kept in the log, and nobody is told of it.
   */
  readonly workflowExecutionId: string | null;
  readonly createTime: number;
}

/** An event that is to be published; what is left out takes AIFlow's own defaults. */
export interface NewEvent {
  readonly key: string;
  readonly value: string;
  /** `UNDEFINED` unless said. */
  readonly eventType?: string;
  /** `default` unless said. */
  readonly namespace?: string;
  readonly sender?: string | null;
  readonly context?: string | null;
  readonly workflowExecutionId?: string | null;
  /** With a sender: a number of the sender's own. The same pair published again changes nothing. */
  readonly sequence?: number;
}

/** An event that no rule of a workflow was told of, because its context extractor failed on it. */
export interface ParkedEvent {
  readonly event: Event;
  /** What the extractor failed with. */
  readonly reason: string;
}

/** What an event has as its namespace and type when nobody says another: AIFlow's own words. */
export const defaultNamespace = 'default';
export const undefinedEventType = 'UNDEFINED';

/**
 * The types of the events that schedulers publish themselves. Of `workflow_status`: key = the workflow's name,
 * sender = the execution's id. Of `job_status`: key = the job's name, sender = the execution's id, context = the
 * attempt's id. The value is the new status, the namespace the project's name, and they are sent in the execution.
 */
export const statusEventTypes = { workflow: 'WORKFLOW_STATUS_CHANGED', job: 'JOB_STATUS_CHANGED' } as const;
