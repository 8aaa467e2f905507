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
  /** The names that `env` refers to: what they stand for is left out of what the job is quoted with. */
  readonly secret_names: readonly string[];
};

/** The documents' BashJobHandle. */
export type BashJobHandle = JobHandle<BashHandleData>;

export const origin: { readonly package: string; readonly version: string; readonly location: string } =
  pluginOrigin(import.meta.url);

export function makeHandle(job: Job, env: JobRuntimeEnv): BashJobHandle {
  const { env: variables, output_encoding, stop_grace_seconds } = readProperties(job.config.properties);
  return {
    jobType: 'bash',
    plugin: origin.package,
    version: origin.version,
    attemptId: env.attemptId,
    data: {
      nodes: readPlan(job).nodes.map((node) => node.id),
      output_encoding,
      stop_grace_seconds,
      secret_names: referencesIn(Object.values(variables)),
    },
  };
}

/** The names in all `${NAME}`; one that is escaped does no harm here. */
function referencesIn(texts: readonly string[]): string[] {
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g)].map(([, name = '']) => name),
  );
  return [...new Set(names)].toSorted();
}
