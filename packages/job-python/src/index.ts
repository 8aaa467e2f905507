import type { JobConfig } from '@aiflow/core';
import { registerJobPluginFactory } from '@aiflow/core';
import type { PythonProperties } from './options.ts';
import { pythonJobPlugin } from './plugin.ts';
import type { PythonProcessor } from './processor.ts';

export type { PythonHandleData, PythonJobHandle } from './handle.ts';
export type { PythonProperties } from './options.ts';
export { pythonJobPlugin } from './plugin.ts';
export type { PythonParams, PythonProcessor } from './processor.ts';
export { python, pythonFile } from './processor.ts';

/** The documents' PythonJobConfig: a job of type `python` and its properties. */
export interface PythonJobConfig extends JobConfig {
  readonly jobType: 'python';
  readonly properties: JobConfig['properties'] & PythonProperties;
}

declare module '@aiflow/core' {
  interface JobTypes {
    python: { processor: PythonProcessor; properties: PythonProperties };
  }
}

registerJobPluginFactory(pythonJobPlugin);
