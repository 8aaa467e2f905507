import type { Job, JobHandle, PluginOrigin } from '@aiflow/core';
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

export const origin: PluginOrigin = pluginOrigin(import.meta.url);

export function handleData(job: Job): BashHandleData {
  const { output_encoding, stop_grace_seconds } = readProperties(job.config.properties);
  return { nodes: readPlan(job).nodes.map((node) => node.id), output_encoding, stop_grace_seconds };
}
