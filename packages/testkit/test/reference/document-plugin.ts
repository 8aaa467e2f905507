import type {
  AbstractEngine,
  AbstractJobPlugin,
  AbstractPlatform,
  JobHandle,
  JobPluginFactory,
} from '@aiflow/core';
import { jobPluginFactoryOf } from '@aiflow/core';
import { jobOf, referencePlugin, writeScript } from './job-plugin.ts';

const localPlatform: AbstractPlatform = { platform: () => 'local', description: 'This machine.' };

type Generating = Pick<
  AbstractJobPlugin,
  'generate' | 'generateJobResource' | 'jobType' | 'jobConfigType' | 'platform' | 'engine'
>;

/** What a plugin in document 003's shape does while compiling. */
export const generating: Generating = {
  generate: jobOf,
  generateJobResource: writeScript,
  jobType: () => 'reference',
  jobConfigType: () => referencePlugin.options,
  platform: () => localPlatform,
  engine: (): AbstractEngine => ({ engine: 'shell' }),
};

const controller = referencePlugin.getJobController();

/** The reference plugin in document 003's shape, with the methods by which it finds its jobs again. */
export const findingPlugin: JobPluginFactory = {
  ...jobPluginFactoryOf(
    {
      ...generating,
      submitJob: (job, env) => controller.submitJob(job, env),
      findJob: (job, env) => controller.findJob(job, env),
      getJobStatus: (handle, env) => controller.getJobStatus(handle, env),
      getResult: (handle, options) => controller.getResult(handle, options),
      stopJob: (handle, env) => controller.stopJob(handle as JobHandle, env),
      cleanupJob: () => undefined,
    },
    referencePlugin,
  ),
  capabilities: { localProcesses: true },
};
