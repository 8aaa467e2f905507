import type { Job, NodeConfig, Operation } from '@aiflow/core';
import { AIFlowError, isJsonObject } from '@aiflow/core';
import type { BashParams } from './processor.ts';

/** A node as it will run: what, and whose results it takes, by port. */
export type PlannedNode = BashParams & {
  readonly id: string;
  readonly inputs: readonly string[];
  readonly operation: Operation;
  /** The datasets and models that the operator was given. */
  readonly works_on: NodeConfig;
};

/** What the generator makes of a sub-graph; every node stands behind those whose results it takes. */
export interface BashPlan {
  readonly format: 1;
  readonly nodes: readonly PlannedNode[];
}

/** The plan of a compiled job; `job.unknown_plan` when another version of this plugin made it. */
export function readPlan(job: Job): BashPlan {
  if (isJsonObject(job.plan) && job.plan['format'] === 1) return job.plan as unknown as BashPlan;
  throw new AIFlowError(
    'job.unknown_plan',
    `the plan of job "${job.config.jobName}" was made by another version of @aiflow/job-bash: submit the workflow again`,
  );
}
