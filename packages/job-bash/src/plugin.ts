import type { JobPluginFactory } from '@aiflow/core';
import { protocol } from '@aiflow/core';
import { ProcessJobController } from '@aiflow/process';
import { bashJob } from './controller.ts';
import { BashJobGenerator } from './generator.ts';
import { origin } from './handle.ts';
import type { BashProperties } from './options.ts';
import { bashPropertiesSchema } from './options.ts';

/** The job plugin `bash`: commands and files that bash runs as processes of this machine. */
export const bashJobPlugin: JobPluginFactory<BashProperties> = {
  kind: 'job',
  name: 'bash',
  jobType: 'bash',
  platform: 'local',
  engine: 'cmd_line',
  package: origin.package,
  version: origin.version,
  location: import.meta.url,
  protocol,
  capabilities: { localProcesses: true },
  options: bashPropertiesSchema,
  getJobGenerator: () => new BashJobGenerator(),
  getJobController: () => new ProcessJobController(bashJob),
};
