import type { Condition } from './conditions.ts';

/**
 * What a rule does to its job. START does nothing while the job runs; RESTART stops it first; STOP ends it. NONE does
 * nothing, and keeps the rules behind it from acting on the same event.
 */
export type JobAction = (typeof jobActions)[number];
export const jobActions = ['START', 'STOP', 'RESTART', 'NONE'] as const;

/** What a rule does to its workflow: START begins an execution, STOP ends those that the event belongs to. */
export type WorkflowAction = (typeof workflowActions)[number];
export const workflowActions = ['START', 'STOP', 'NONE'] as const;

/** The documents' ControlEdge: `action` on the job `jobName` when `condition` is met. */
export interface JobRule {
  readonly jobName: string;
  readonly action: JobAction;
  readonly condition: Condition;
}

/** `action` on the workflow when `condition`, which looks at events alone, is met. */
export interface WorkflowRule {
  readonly action: WorkflowAction;
  readonly condition: Condition;
}
