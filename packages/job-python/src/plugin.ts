import type { JobPluginFactory } from '@aiflow/core';
import { protocol } from '@aiflow/core';
import { ProcessJobController } from '@aiflow/process';
import { pythonJob } from './controller.ts';
import { PythonJobGenerator } from './generator.ts';
import { origin } from './handle.ts';
import type { PythonProperties } from './options.ts';
import { pythonPropertiesSchema } from './options.ts';

/** The job plugin `python`: processors written in Python that run in one process of this machine. */
export const pythonJobPlugin: JobPluginFactory<PythonProperties> = {
  kind: 'job',
  name: 'python',
  jobType: 'python',
  platform: 'local',
  engine: 'python',
  package: origin.package,
  version: origin.version,
  location: import.meta.url,
  protocol,
  capabilities: { localProcesses: true },
  options: pythonPropertiesSchema,
  getJobGenerator: () => new PythonJobGenerator(),
  getJobController: () => new ProcessJobController(pythonJob),
};
