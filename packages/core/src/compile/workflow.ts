import type { JobConfig } from '../define/graph.ts';
import type { JobRule } from '../define/rules.ts';
import type { Json, JsonObject } from '../json.ts';

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
  readonly plugins: readonly PluginVersion[];
}
