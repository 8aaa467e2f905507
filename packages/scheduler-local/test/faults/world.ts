import type {
  FinalStatus,
  GetResultOptions,
  JobController,
  JobHandle,
  JobResult,
  JobRuntimeEnv,
  Job,
  JobPluginFactory,
  Status,
} from '@aiflow/core';
import { protocol } from '@aiflow/core';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { Faults } from './faults.ts';

/** A job as the world has it. */
interface Living {
  readonly attemptId: string;
  /** Its execution and its name. */
  readonly job: string;
  status: 'RUNNING' | FinalStatus;
  readonly ended: PromiseWithResolvers<void>;
}

/**
 * The outside of a job plugin: where jobs really begin and end. It keeps a record of its own, by which the scheduler is
 * judged. Every call of the plugin may fail, before or after it did its work.
 */
export class World implements JobController {
  /** What must never be, in words. */
  readonly violations: string[] = [];
  readonly #jobs = new Map<string, Living>();
  readonly #live = new Map<string, Living>();
  readonly #faults: Faults;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  get begun(): number {
    return this.#jobs.size;
  }

  get running(): number {
    return this.#live.size;
  }

  /** How an attempt ended; null for one that runs, or never began. */
  endOf(attemptId: string): FinalStatus | null {
    const status = this.#jobs.get(attemptId)?.status ?? 'RUNNING';
    return status === 'RUNNING' ? null : status;
  }

  async submitJob(_: Job, env: JobRuntimeEnv): Promise<JobHandle> {
    return await this.#faults.around('submitJob', () => {
      this.#begin(env);
      return handleOf(env);
    });
  }

  async findJob(_: Job, env: JobRuntimeEnv): Promise<JobHandle | null> {
    return await this.#faults.around('findJob', () => (this.#jobs.has(env.attemptId) ? handleOf(env) : null));
  }

  async getJobStatus({ attemptId }: JobHandle): Promise<Status> {
    return this.#jobs.get(attemptId)?.status ?? 'INIT';
  }

  async getResult(handle: JobHandle, { blocking, signal }: GetResultOptions): Promise<JobResult | null> {
    return await this.#faults.around('getResult', async () => {
      const job = this.#jobs.get(handle.attemptId);
      if (job === undefined) throw new Error('it never began');
      if (blocking && job.status === 'RUNNING') await endOrAbort(job, signal);
      return job.status === 'RUNNING' ? null : resultOf(job.status);
    });
  }

  async stopJob({ attemptId }: JobHandle): Promise<void> {
    await this.#faults.around('stopJob', () => this.#end(attemptId, 'KILLED'));
  }

  async cleanupJob(): Promise<void> {
    await this.#faults.around('cleanupJob', () => undefined);
  }

  #begin({ attemptId, workflowExecutionId, jobName }: JobRuntimeEnv): void {
    const job = `${workflowExecutionId}/${jobName}`;
    if (this.#jobs.has(attemptId)) this.violations.push(`${attemptId} of ${job} began twice`);
    const other = this.#live.get(job);
    if (other !== undefined)
      this.violations.push(`${attemptId} of ${job} began while ${other.attemptId} ran`);
    const living: Living = { attemptId, job, status: 'RUNNING', ended: Promise.withResolvers() };
    this.#jobs.set(attemptId, living);
    this.#live.set(job, living);
    const end = this.#faults.random() < 0.9 ? 'FINISHED' : 'FAILED';
    setTimeout(() => this.#end(attemptId, end), Math.floor(20 * this.#faults.random()));
  }

  #end(attemptId: string, status: FinalStatus): void {
    const job = this.#jobs.get(attemptId);
    if (job === undefined || job.status !== 'RUNNING') return;
    job.status = status;
    this.#live.delete(job.job);
    job.ended.resolve();
  }
}

async function endOrAbort({ ended }: Living, signal: AbortSignal | undefined): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal?.reason);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort);
  try {
    await Promise.race([ended.promise, aborted.promise]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function resultOf(status: FinalStatus): JobResult {
  const error = { code: 'world.failed', message: 'failed by chance', context: {} };
  return { status, values: {}, error: status === 'FAILED' ? error : null };
}

function handleOf({ attemptId }: JobRuntimeEnv): JobHandle {
  return { jobType: 'world', plugin: 'world', version: '0.0.0', attemptId, data: null };
}

const noOptions = toStandardJsonSchema(v.strictObject({}));

/** The plugin whose outside is a world. */
export function worldPlugin(world: World): JobPluginFactory {
  return {
    kind: 'job',
    name: 'world',
    package: 'world-plugin',
    version: '0.0.0',
    location: import.meta.url,
    protocol,
    capabilities: {},
    options: noOptions,
    jobType: 'world',
    platform: 'local',
    engine: 'world',
    getJobGenerator: () => ({
      generate: async () => {
        throw new Error('its jobs are written by hand');
      },
    }),
    getJobController: () => world,
  };
}
