import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobPluginFactory } from '@aiflow/core';
import { ReferenceController } from './job-controller.ts';
import { referencePlugin } from './job-plugin.ts';

/** Broken: notes what it began a moment after it began, and finds only what was noted. */
export const carelessPlugin: JobPluginFactory = {
  ...referencePlugin,
  getJobController: () => {
    const good = new ReferenceController();
    const submitJob: ReferenceController['submitJob'] = async (job, env) => {
      const handle = await good.submitJob(job, env);
      await delay(200);
      writeFileSync(join(env.stateDir, 'noted'), '');
      return handle;
    };
    const findJob: ReferenceController['findJob'] = async (job, env) =>
      existsSync(join(env.stateDir, 'noted')) ? await good.findJob(job, env) : null;
    return Object.assign(new ReferenceController(), { submitJob, findJob });
  },
};
