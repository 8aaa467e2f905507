import type { Job, JobHandle, JobRuntimeEnv } from '@aiflow/core';
import { pluginOrigin } from '@aiflow/core';
import { readProperties } from './options.ts';
import { readPlan } from './plan.ts';

/** What whoever watches or stops the job needs to know of it. Its processes are found through the attempt itself. */
export type BashHandleData = {
  /** The ids of the nodes, in order. */
  readonly nodes: readonly string[];
  readonly output_encoding: string;
  readonly stop_grace_seconds: number;
};

/** The documents' BashJobHandle. */
export type BashJobHandle = JobHandle<BashHandleData>;

export const origin: { readonly package: string; readonly version: string; readonly location: string } =
  pluginOrigin(import.meta.url);

export function makeHandle(job: Job, env: JobRuntimeEnv): BashJobHandle {
  const { output_encoding, stop_grace_seconds } = readProperties(job.config.properties);
  return {
    jobType: 'bash',
    plugin: origin.package,
    version: origin.version,
    attemptId: env.attemptId,
    data: { nodes: readPlan(job).nodes.map((node) => node.id), output_encoding, stop_grace_seconds },
  };
}
