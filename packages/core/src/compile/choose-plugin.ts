import type { JobConfig } from '../define/graph.ts';
import type { Problem } from '../errors.ts';
import { isAIFlowError } from '../errors.ts';
import type { JobPluginQuery } from '../plugin/find-job-plugin.ts';
import { getJobPlugin } from '../plugin/find-job-plugin.ts';
import type { Locate } from '../plugin/options.ts';
import type { PluginRegistry } from '../plugin/registry.ts';
import { findPlugin } from '../plugin/registry.ts';
import type { JobPluginFactory } from '../run/job-plugin.ts';
import type { JobSettings } from './config.ts';

/** What is said of the plugin that is to run a job, by the definition and by the YAML, which wins key by key. */
export function wishOf(config: JobConfig, settings: JobSettings | undefined): JobPluginQuery {
  return {
    jobType: settings?.jobType ?? undefined,
    engine: settings?.config.engine ?? config.engine,
    platform: settings?.config.platform ?? config.platform,
  };
}

/** With a problem: the plugin that is to read the job's properties all the same, or null when none is known to. */
export type ChosenPlugin =
  | { readonly plugin: JobPluginFactory; readonly problem?: undefined }
  | { readonly plugin: JobPluginFactory | null; readonly problem: Problem };

/**
 * The plugin that runs a job. `own` is that of its processors, and runs it unless another platform or job type is
 * wished for; the plugin is then one of the same engine, because the engine is what can read the processors. What
 * cannot be had is a problem at the place in the YAML where it is said.
 */
export function choosePlugin(
  jobName: string,
  own: JobPluginFactory,
  wish: JobPluginQuery,
  locate: Locate,
  registry: PluginRegistry,
): ChosenPlugin {
  const { jobType = own.jobType, engine = own.engine, platform = own.platform } = wish;
  if (jobType === own.jobType && engine === own.engine && platform === own.platform) return { plugin: own };
  const problem = (key: string, message: string, plugin: JobPluginFactory | null): ChosenPlugin => ({
    plugin,
    problem: { ...locate([jobName, key]), key: `${jobName}.${key}`, message },
  });
  const holds = `job "${jobName}" holds processors of ${own.jobType}`;
  if (engine !== own.engine) {
    return problem(
      'engine',
      `${holds}, which are for the engine ${own.engine}, so its engine cannot be "${engine}": write "${own.engine}" or leave it out`,
      own,
    );
  }
  if (jobType !== own.jobType && findPlugin('job', jobType, registry)?.engine !== own.engine) {
    return problem(
      'job_type',
      `${holds}, so its job_type cannot be "${jobType}": write "${own.jobType}" or leave it out`,
      own,
    );
  }
  try {
    return { plugin: getJobPlugin({ ...wish, engine }, registry) };
  } catch (error) {
    if (!isAIFlowError(error)) throw error;
    const key = wish.platform === undefined ? 'job_type' : 'platform';
    return problem(key, `job "${jobName}" cannot run as it is wished: ${error.message}`, null);
  }
}

/**
 * The part of a job's configuration that says which plugin runs it. Platform and engine are in it where they were
 * spoken of; whoever did not need them need not read them.
 */
export function chosenConfig(
  { jobType, engine, platform }: JobPluginFactory,
  wish: JobPluginQuery,
): Pick<JobConfig, 'jobType' | 'engine' | 'platform'> {
  const spokenOf = wish.engine !== undefined || wish.platform !== undefined;
  return spokenOf ? { jobType, engine, platform } : { jobType };
}
