import type { JobPluginFactory } from '@aiflow/core';
import { protocol } from '@aiflow/core';
import { FlinkJobController } from './controller.ts';
import { FlinkJobGenerator } from './generator.ts';
import { origin } from './handle.ts';
import type { FlinkProperties } from './options.ts';
import { flinkPropertiesSchema } from './options.ts';

/** The job plugin `flink`: Java, Python and SQL jobs on Apache Flink. */
export const flinkJobPlugin: JobPluginFactory<FlinkProperties> = {
  kind: 'job',
  name: 'flink',
  jobType: 'flink',
  platform: 'flink',
  engine: 'flink',
  package: origin.package,
  version: origin.version,
  location: import.meta.url,
  protocol,
  capabilities: {},
  options: flinkPropertiesSchema,
  getJobGenerator: () => new FlinkJobGenerator(),
  getJobController: () => new FlinkJobController(),
};
