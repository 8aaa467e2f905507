import type { JsonObject } from '../json.ts';
import type { ScheduleSpec } from '../schedule/schedule-spec.ts';
import type { Condition, JobReference, WorkflowCondition } from './conditions.ts';
import type { ContextExtractorSpec } from './context-extractor.ts';
import type { WorkflowLimits } from './graph.ts';
import type { JobPolicyOptions } from './job-policy.ts';
import type { PropertiesOf } from './job-types.ts';
import type { JobBuilder } from './job.ts';
import type { JobAction, WorkflowAction } from './rules.ts';

/** What a job is beside its nodes. What the workflow's YAML says for the same key wins. */
export interface JobOptions<Type extends string = string> extends JobPolicyOptions {
  /** Which plugin runs the job; its processors say it unless it is said, and must agree. */
  readonly type?: Type;
  /** The plugin's configuration; nothing unless given. */
  readonly properties?: PropertiesOf<Type>;
}

/**
 * A job that has been drawn: what rules refer to, and where its own rules are set. Rules stand in the order of the
 * calls: of several that fire by one event, the first says what is done.
 */
export interface DefinedJob extends JobReference {
  /**
   * Starts the job when the condition is met; with several, any of them. A job without one, and without a schedule,
   * starts with the workflow.
   */
  startWhen(condition: Condition): DefinedJob;
  /** Stops the job when the condition is met. */
  stopWhen(condition: Condition): DefinedJob;
  /** Stops the job if it runs and starts it again when the condition is met. */
  restartWhen(condition: Condition): DefinedJob;
  /** What the others are short for. NONE does nothing, and keeps the rules behind it from acting on the same event. */
  when(condition: Condition, action: JobAction): DefinedJob;
  /** Starts the job anew, stopping it first if it runs, each time that the schedule ticks. Several calls add up. */
  schedule(spec: ScheduleSpec): DefinedJob;
}

/** Draws a workflow; only within the block that it was given to. */
export interface WorkflowBuilder {
  readonly workflowName: string;
  /** Adds a job. Throws `define.name_taken`, `define.nested_job` or `define.empty_job`, and what `JobBuilder.node` throws. */
  job(jobName: string, build: (job: JobBuilder) => void): DefinedJob;
  job<const Type extends string = string>(
    jobName: string,
    options: JobOptions<Type>,
    build: (job: JobBuilder<Type>) => void,
  ): DefinedJob;
  /** Merges into the properties that the workflow carries. */
  properties(properties: JsonObject): void;
  /** Begins an execution each time that the schedule ticks. Several calls add up. */
  schedule(spec: ScheduleSpec): void;
  /**
   * Begins an execution when the condition is met. Like all rules of a workflow it looks at events alone: of another
   * workflow, `workflowStatus(…)`. Throws `define.invalid_rule`.
   */
  startWhen(condition: WorkflowCondition): void;
  /** Stops the executions that the event belongs to when the condition is met. */
  stopWhen(condition: WorkflowCondition): void;
  /** What the others are short for. NONE does nothing, and keeps the rules behind it from acting on the same event. */
  when(condition: WorkflowCondition, action: WorkflowAction): void;
  /**
   * Says to which executions an event belongs; without it, to all of them. Once only. Throws
   * `define.invalid_extractor` or `define.extractor_taken`.
   */
  extractContext(extractor: ContextExtractorSpec): void;
  /** How many jobs of all its executions, and how many executions, may run at once; not limited here unless said. */
  limit(limits: WorkflowLimits): void;
}
