import type { Job } from '../compile/workflow.ts';
import type { Json } from '../json.ts';
import type { JobRuntimeEnv } from '../run/env.ts';
import type { GetResultOptions, JobController, JobHandle, JobResult } from '../run/job-plugin.ts';
import type { Status } from '../schedule/status.ts';
import type { AbstractJobPlugin } from './document-plugin.ts';

/** What a handle says of its plugin. */
export type HandleIdentity = Pick<JobHandle, 'jobType' | 'plugin' | 'version'>;

export function handleOf(identity: HandleIdentity, data: Json | undefined, env: JobRuntimeEnv): JobHandle {
  return { ...identity, attemptId: env.attemptId, data: data ?? null };
}

/** The controller of a plugin in document 003's shape that finds its jobs again by itself. */
export class DurableController implements JobController {
  readonly #plugin: AbstractJobPlugin;
  readonly #identity: HandleIdentity;

  constructor(plugin: AbstractJobPlugin, identity: HandleIdentity) {
    this.#plugin = plugin;
    this.#identity = identity;
  }

  async submitJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle> {
    const handler = await this.#plugin.submitJob(job, env);
    return handleOf(this.#identity, handler?.data, env);
  }

  async findJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle | null> {
    const handler = (await this.#plugin.findJob?.(job, env)) ?? null;
    return handler === null ? null : handleOf(this.#identity, handler.data, env);
  }

  async getJobStatus(handle: JobHandle, env: JobRuntimeEnv): Promise<Status> {
    return (await this.#plugin.getJobStatus?.(handle, env)) ?? 'RUNNING';
  }

  async getResult(handle: JobHandle, options: GetResultOptions): Promise<JobResult | null> {
    return (await this.#plugin.getResult?.(handle, options)) ?? null;
  }

  async stopJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    await this.#plugin.stopJob(handle, env);
  }

  async cleanupJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    await this.#plugin.cleanupJob(handle, env);
  }
}
