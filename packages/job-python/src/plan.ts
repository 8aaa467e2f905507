import type { JsonObject } from '@aiflow/core';

/** One node as the Python side reads it (`python/aiflow/_run/request.py`). */
export type PlannedNode = {
  readonly id: string;
  readonly class: string;
  readonly config: JsonObject;
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
