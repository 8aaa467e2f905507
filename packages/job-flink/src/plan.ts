import type { Job, JsonObject } from '@aiflow/core';
import type { FlinkSqlParams } from './processor.ts';

/** The source of an input: an output of an earlier node. */
export type PlannedInput = {
  readonly node: string;
  readonly port: number;
};

/** A node of a job of Python and SQL. */
export type PlannedNode = {
  readonly id: string;
  readonly outputs: number;
  readonly inputs: readonly PlannedInput[];
} & (
  | { readonly kind: 'python'; readonly module: string; readonly class: string; readonly config: JsonObject }
  | { readonly kind: 'sql'; readonly script: FlinkSqlParams }
);

/** The `plan` of a Flink job: one program in a jar, or nodes that share a table environment and a statement set. */
export type FlinkPlan = { readonly format: 1 } & (
  | {
      readonly kind: 'java';
      readonly node: string;
      readonly mainJarFile: string;
      readonly entryClass: string | null;
      readonly args: readonly string[];
    }
  /** In an order in which every node stands behind those that it reads from. */
  | { readonly kind: 'tables'; readonly nodes: readonly PlannedNode[] }
);

/** The plan of a compiled job. */
export function planOf(job: Job): FlinkPlan {
  return job.plan as unknown as FlinkPlan;
}
