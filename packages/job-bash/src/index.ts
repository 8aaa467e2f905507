import type { JobConfig } from '@aiflow/core';
import { registerJobPluginFactory } from '@aiflow/core';
import type { BashProperties } from './options.ts';
import { bashJobPlugin } from './plugin.ts';
import type { BashProcessor } from './processor.ts';

export type { BashHandleData, BashJobHandle } from './handle.ts';
export type { BashProperties, ShellOption } from './options.ts';
export { bashJobPlugin } from './plugin.ts';
export type { BashParams, BashProcessor } from './processor.ts';
export { bash, bashFile } from './processor.ts';

/** The documents' BashJobConfig: a job of type `bash` and its properties. */
export interface BashJobConfig extends JobConfig {
  readonly jobType: 'bash';
  readonly properties: JobConfig['properties'] & BashProperties;
}

declare module '@aiflow/core' {
  interface JobTypes {
    bash: { processor: BashProcessor; properties: BashProperties };
  }
}

registerJobPluginFactory(bashJobPlugin);
