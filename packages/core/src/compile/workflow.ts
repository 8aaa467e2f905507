import type { ContextExtractor } from '../define/context-extractor.ts';
import type { JobConfig, WorkflowLimits } from '../define/graph.ts';
import type { Dataset } from '../define/resources.ts';
import type { JobRule, WorkflowRule } from '../define/rules.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Schedule } from '../schedule/schedule.ts';

/** The version of the compiled workflow's shape. A reader refuses what is newer than itself. */
export const workflowFormat = 1;

/** A typed value that enters or leaves a job through the blob store. None yet: PLynx's links will make them. */
export interface JobPort {
  readonly name: string;
  readonly type: string;
}

/**
 * One job, ready for its plugin's `JobController`: plain JSON, the same bytes for the same input, with no absolute
 * path, clock, random number or secret in it. `plan` belongs to the plugin's generator; nobody else reads it.
 */
export interface Job {
  readonly config: JobConfig;
  readonly platform: string;
  readonly engine: string;
  readonly plan: Json;
  readonly inputs: readonly JobPort[];
  readonly outputs: readonly JobPort[];
  /** What its nodes read and write, each once; absent when that is nothing. Compiling fills them in, and no generator. */
  readonly inputDatasets?: readonly Dataset[];
  readonly outputDatasets?: readonly Dataset[];
}

/** Which version of which plugin a workflow was compiled with. */
export interface PluginVersion {
  readonly kind: 'job' | 'blob' | 'scheduler';
  readonly name: string;
  readonly package: string;
  readonly version: string;
}

/** A compiled workflow: what a scheduler takes. Jobs stand in the order of definition, rules too (the first wins). */
export interface Workflow {
  readonly format: typeof workflowFormat;
  readonly workflowName: string;
  readonly properties: JsonObject;
  readonly jobs: readonly Job[];
  readonly rules: readonly JobRule[];
  readonly workflowRules: readonly WorkflowRule[];
  /** When executions start by themselves. */
  readonly schedules: readonly Schedule[];
  /** Null: every event belongs to all executions. */
  readonly contextExtractor: ContextExtractor | null;
  readonly limits: WorkflowLimits;
  /** What the YAML lists under `dependencies`, by kind (`jars`, `python` …): for plugins to read. */
  readonly dependencies: JsonObject;
  readonly plugins: readonly PluginVersion[];
}
