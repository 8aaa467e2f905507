import type { JobController, JobGenerator, JobPluginFactory } from '@aiflow/core';
import { protocol } from '@aiflow/core';
import { PythonJobController } from './controller.ts';
import { PythonJobGenerator } from './generator.ts';
import { origin } from './handle.ts';
import type { PythonProperties } from './options.ts';
import { pythonPropertiesSchema } from './options.ts';

/** The job plugin `python`: processors written in Python, run in one process of this machine. */
export class PythonJobPluginFactory implements JobPluginFactory<PythonProperties> {
  readonly kind = 'job';
  readonly name = 'python';
  readonly jobType = 'python';
  readonly platform = 'local';
  readonly engine = 'python';
  readonly package: string = origin.package;
  readonly version: string = origin.version;
  readonly location: string = import.meta.url;
  readonly protocol: number = protocol;
  readonly capabilities: Readonly<Record<string, boolean>> = { localProcesses: true };
  readonly options: typeof pythonPropertiesSchema = pythonPropertiesSchema;

  getJobGenerator(): JobGenerator {
    return new PythonJobGenerator();
  }

  getJobController(): JobController {
    return new PythonJobController();
  }
}

export const pythonJobPlugin: JobPluginFactory<PythonProperties> = new PythonJobPluginFactory();
