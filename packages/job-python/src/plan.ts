import type { Job, JsonObject, NodeConfig, Operation } from '@aiflow/core';

/** One node as the Python side reads it (`python/aiflow/_run/request.py`). */
export type PlannedNode = {
  readonly id: string;
  readonly class: string;
  readonly config: JsonObject;
  readonly operation: Operation;
  /** The datasets and models that the operator was given. */
  readonly works_on: NodeConfig;
  readonly outputs: number;
  /** The source of each input, by port. */
  readonly inputs: readonly { readonly node: string; readonly port: number }[];
} & ({ readonly module: string } | { readonly file: string });

/** The `plan` of a Python job. */
export interface PythonPlan {
  readonly format: 1;
  /** In an order in which every node stands behind those that it reads from. */
  readonly nodes: readonly PlannedNode[];
}

/** The plan of a compiled job. */
export function planOf(job: Job): PythonPlan {
  return job.plan as unknown as PythonPlan;
}
