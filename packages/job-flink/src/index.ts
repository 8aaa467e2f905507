import type { JobConfig } from '@aiflow/core';
import { registerJobPluginFactory } from '@aiflow/core';
import type { FlinkProperties } from './options.ts';
import { flinkJobPlugin } from './plugin.ts';
import type { FlinkProcessor } from './processor.ts';

export type { FlinkHandleData, FlinkJobHandle } from './handle.ts';
export type { FlinkProperties } from './options.ts';
export { flinkJobPlugin } from './plugin.ts';
export type {
  FlinkJavaOptions,
  FlinkJavaParams,
  FlinkJavaProcessor,
  FlinkProcessor,
  FlinkPythonParams,
  FlinkPythonProcessor,
  FlinkSqlParams,
  FlinkSqlProcessor,
} from './processor.ts';
export { flinkJava, flinkPython, flinkSql } from './processor.ts';

/** The documents' FlinkJobConfig: a job of type `flink` and its properties. */
export interface FlinkJobConfig extends JobConfig {
  readonly jobType: 'flink';
  readonly properties: JobConfig['properties'] & FlinkProperties;
}

declare module '@aiflow/core' {
  interface JobTypes {
    flink: { processor: FlinkProcessor; properties: FlinkProperties };
  }
}

registerJobPluginFactory(flinkJobPlugin);
