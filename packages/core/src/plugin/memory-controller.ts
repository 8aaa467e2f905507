import { abortable } from '../abort.ts';
import type { Job } from '../compile/workflow.ts';
import { AIFlowError, messageOf } from '../errors.ts';
import type { JobRuntimeEnv } from '../run/env.ts';
import type { GetResultOptions, JobController, JobHandle, JobResult } from '../run/job-plugin.ts';
import type { Status } from '../schedule/status.ts';
import type { AbstractJobHandler, AbstractJobPlugin } from './document-plugin.ts';
import type { HandleIdentity } from './durable-controller.ts';
import { handleOf } from './durable-controller.ts';
import { forget, hasBegun, markBegun, readEnd, writeEnd } from './kept-end.ts';
import { endOf } from './settled-end.ts';

/** A job that this process submitted. */
interface Followed {
  readonly handler: AbstractJobHandler;
  /** The end, kept on disk by then; it never rejects. */
  readonly end: Promise<JobResult>;
  ended: JobResult | null;
  /** The stop that was asked for, unless it failed. */
  stop: Promise<void> | null;
}

const killed: JobResult = { status: 'KILLED', values: {}, error: null };

/**
 * The controller of a plugin in document 003's shape that cannot find its jobs again: while they run they are known
 * to this process alone, which follows the `result` of what `submitJob` gave. That a job began, and how it ended, is
 * kept on disk; of one that was running when its process died, every question is answered with `job.lost`.
 */
export class MemoryController implements JobController {
  readonly #plugin: AbstractJobPlugin;
  readonly #identity: HandleIdentity;
  readonly #followed = new Map<string, Followed>();

  constructor(plugin: AbstractJobPlugin, identity: HandleIdentity) {
    this.#plugin = plugin;
    this.#identity = identity;
  }

  async submitJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle> {
    await markBegun(env);
    let handler: AbstractJobHandler;
    try {
      handler = await this.#plugin.submitJob(job, env);
    } catch (error) {
      await forget(env);
      throw error;
    }
    const handle = handleOf(this.#identity, handler?.data, env);
    this.#followed.set(env.attemptId, this.#follow(handler, handle, env));
    return handle;
  }

  async findJob(_job: Job, env: JobRuntimeEnv): Promise<JobHandle | null> {
    const followed = this.#followed.get(env.attemptId);
    if (followed !== undefined) return handleOf(this.#identity, followed.handler.data, env);
    const kept = await readEnd(env);
    if (kept !== null) return handleOf(this.#identity, kept.data, env);
    if (await hasBegun(env)) throw this.#lost(env);
    return null;
  }

  async getJobStatus(_handle: JobHandle, env: JobRuntimeEnv): Promise<Status> {
    return (await this.#endNow(env))?.status ?? 'RUNNING';
  }

  async getResult(
    _handle: JobHandle,
    { env, blocking, signal }: GetResultOptions,
  ): Promise<JobResult | null> {
    signal?.throwIfAborted();
    const followed = this.#followed.get(env.attemptId);
    return followed !== undefined && blocking
      ? await abortable(followed.end, signal)
      : await this.#endNow(env);
  }

  async stopJob(_handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    if ((await this.#endNow(env)) !== null) return;
    const followed = this.#followed.get(env.attemptId);
    if (followed === undefined) return; // cleaned up meanwhile
    const stop = (followed.stop ??= this.#stop(followed, env));
    try {
      await stop;
    } catch (error) {
      if (followed.stop === stop) followed.stop = null;
      throw error;
    }
    await followed.end;
  }

  async cleanupJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    const followed = this.#followed.get(env.attemptId);
    await this.#plugin.cleanupJob(followed?.handler ?? handle, env);
    if (followed !== undefined && (await readEnd(env)) !== null) this.#followed.delete(env.attemptId);
  }

  #follow(handler: AbstractJobHandler, handle: JobHandle, env: JobRuntimeEnv): Followed {
    const conclude = async (): Promise<JobResult> => {
      const end = await endOf(handler, this.#identity.jobType);
      followed.ended = followed.stop !== null && end.status !== 'FINISHED' ? killed : end;
      try {
        await writeEnd(env, { data: handle.data, result: followed.ended });
      } catch (error) {
        env.logger.warn(`the end of job "${env.jobName}" could not be kept: ${messageOf(error)}`, {
          attemptId: env.attemptId,
        });
      }
      return followed.ended;
    };
    const followed: Followed = { handler, ended: null, stop: null, end: Promise.resolve().then(conclude) };
    return followed;
  }

  async #stop(followed: Followed, env: JobRuntimeEnv): Promise<void> {
    await this.#plugin.stopJob(followed.handler, env);
  }

  /** The end, or null while this process sees the job run. */
  async #endNow(env: JobRuntimeEnv): Promise<JobResult | null> {
    const followed = this.#followed.get(env.attemptId);
    if (followed !== undefined) return followed.ended;
    const kept = await readEnd(env);
    if (kept === null) throw this.#lost(env);
    return kept.result;
  }

  #lost(env: JobRuntimeEnv): AIFlowError {
    const { jobType, plugin } = this.#identity;
    return new AIFlowError(
      'job.lost',
      `job "${env.jobName}" was running when the process that followed it died, and the ${jobType} plugin of ` +
        `${plugin} cannot find it again: see yourself whether something of it still runs`,
      { context: { attemptId: env.attemptId, jobType } },
    );
  }
}
