import type {
  GetResultOptions,
  Job,
  JobController,
  JobHandle,
  JobResult,
  JobRuntimeEnv,
  Status,
} from '@aiflow/core';
import type { ClusterJob } from './cluster-end.ts';
import { clusterEnd } from './cluster-end.ts';
import { stopOnCluster } from './cluster-stop.ts';
import type { FlinkHandleData } from './handle.ts';
import { handleDataOf, origin } from './handle.ts';
import { JobManager } from './job-manager.ts';
import { labelOf } from './label.ts';
import type { Submission } from './submission.ts';
import { untilEnded } from './until-ended.ts';

/** Jobs on a cluster whose JobManager answers us, however they came there. */
export class ClusterController implements JobController {
  readonly #submission: Submission;

  constructor(submission: Submission) {
    this.#submission = submission;
  }

  async submitJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle<FlinkHandleData>> {
    await this.#submission.submit(job, env);
    return handleOf(job, env);
  }

  async findJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle<FlinkHandleData> | null> {
    return (await this.#submission.find(job, env)) ? handleOf(job, env) : null;
  }

  async getJobStatus(handle: JobHandle, env: JobRuntimeEnv): Promise<Status> {
    return (await clusterEnd(this.#at(handle, env)))?.status ?? 'RUNNING';
  }

  async obtainJobLabel(handle: JobHandle, env: JobRuntimeEnv): Promise<string | null> {
    return await labelOf(this.#at(handle, env));
  }

  async getResult(handle: JobHandle, { env, blocking, signal }: GetResultOptions): Promise<JobResult | null> {
    const job = this.#at(handle, env);
    if (!blocking) return await clusterEnd(job, signal);
    const { unreachable_seconds } = job.data;
    return await untilEnded(async () => await clusterEnd(job, signal), { env, unreachable_seconds, signal });
  }

  async stopJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    await stopOnCluster(this.#at(handle, env));
  }

  async cleanupJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    await this.#submission.cleanup(dataOf(handle), env);
  }

  #at(handle: JobHandle, env: JobRuntimeEnv): ClusterJob {
    const data = dataOf(handle);
    if (data.jobmanager === null) throw new TypeError('a job without a JobManager is its client');
    return { data, env, jobManager: new JobManager(data.jobmanager), submission: this.#submission };
  }
}

function handleOf(job: Job, env: JobRuntimeEnv): JobHandle<FlinkHandleData> {
  return {
    jobType: 'flink',
    plugin: origin.package,
    version: origin.version,
    attemptId: env.attemptId,
    data: handleDataOf(job),
  };
}

/** A handle's data comes back as the JSON that this plugin once gave. */
export function dataOf(handle: JobHandle): FlinkHandleData {
  return handle.data as FlinkHandleData;
}
