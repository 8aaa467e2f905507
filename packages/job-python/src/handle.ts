import type { JobHandle, JobRuntimeEnv } from '@aiflow/core';
import { isJsonObject, pluginOrigin } from '@aiflow/core';

export type PythonHandleData = {
  /** From the job's properties, for whoever stops the job without having them. */
  readonly stop_grace_seconds: number;
};

/** The documents' PythonJobHandle. The process itself is found through the attempt's state directory. */
export type PythonJobHandle = JobHandle<PythonHandleData>;

export const origin: { readonly package: string; readonly version: string; readonly location: string } =
  pluginOrigin(import.meta.url);

export function makeHandle(env: JobRuntimeEnv, stopGraceSeconds: number): PythonJobHandle {
  return {
    jobType: 'python',
    plugin: origin.package,
    version: origin.version,
    attemptId: env.attemptId,
    data: { stop_grace_seconds: stopGraceSeconds },
  };
}

/** In milliseconds; of a handle that lacks it, the default. */
export function stopGraceOf(handle: JobHandle): number {
  const seconds = isJsonObject(handle.data) ? handle.data['stop_grace_seconds'] : null;
  return typeof seconds === 'number' ? seconds * 1000 : 5000;
}
