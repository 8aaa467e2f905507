import { setTimeout as delay } from 'node:timers/promises';
import type { JobPluginFactory } from '@aiflow/core';
import { ReferenceController } from './job-controller.ts';
import { referencePlugin } from './job-plugin.ts';

/** Broken: says that the job was submitted, and starts it a little later. */
export const latePlugin: JobPluginFactory = {
  ...referencePlugin,
  getJobController: () => {
    const good = new ReferenceController();
    const submitJob: ReferenceController['submitJob'] = async (job, env) => {
      const { nodeId } = job.plan as { nodeId: string };
      void delay(10_000).then(async () => await good.submitJob(job, env));
      const { attemptId } = env;
      return {
        jobType: 'reference',
        plugin: 'reference-plugin',
        version: '1.2.3',
        attemptId,
        data: { nodeId },
      };
    };
    return Object.assign(new ReferenceController(), { submitJob });
  },
};
