import type {
  GetResultOptions,
  Job,
  JobController,
  JobHandle,
  JobResult,
  JobRuntimeEnv,
  Status,
} from '@aiflow/core';
import type { ProcessJobController } from '@aiflow/process';
import { attachedEnd } from './attached-end.ts';
import type { AttachedJob } from './attached-job.ts';
import { isSilent, onCluster } from './attached-job.ts';
import { stopAttached } from './attached-stop.ts';
import { whatClientSaid } from './client-words.ts';
import { dataOf } from './cluster-controller.ts';
import type { FlinkHandleData } from './handle.ts';
import { labelOf } from './label.ts';
import { resultRecord } from './records.ts';
import { untilEnded } from './until-ended.ts';

/**
 * Jobs whose JobManager nobody named: a client stays until they have ended. It says where it found the JobManager, and
 * what that answers is then what counts; where it does not answer us, the client's word does.
 */
export class AttachedController implements JobController {
  readonly #client: ProcessJobController<FlinkHandleData>;

  constructor(client: ProcessJobController<FlinkHandleData>) {
    this.#client = client;
  }

  async submitJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle> {
    return await this.#client.submitJob(job, env);
  }

  async findJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle | null> {
    return await this.#client.findJob(job, env);
  }

  async getJobStatus(handle: JobHandle, env: JobRuntimeEnv): Promise<Status> {
    return (await this.getResult(handle, { env, blocking: false }))?.status ?? 'RUNNING';
  }

  async obtainJobLabel(handle: JobHandle, env: JobRuntimeEnv): Promise<string | null> {
    if ((await resultRecord.read(env)) !== null) return null;
    const said = await whatClientSaid(env);
    const job = onCluster(this.#at(handle, env), said);
    try {
      if (job !== null) return await labelOf(job);
    } catch (error) {
      if (!isSilent(error)) throw error;
    }
    if (said.submitted.length === 0) return 'submitting to Flink';
    return 'submitted to Flink, whose JobManager cannot be asked from here';
  }

  async getResult(handle: JobHandle, options: GetResultOptions): Promise<JobResult | null> {
    const { env, blocking, signal } = options;
    const known = await resultRecord.read(env);
    if (known !== null) return known;
    const end = await this.#client.getResult(handle, options);
    if (end === null) return null;
    const job = this.#at(handle, env);
    const look = async (): Promise<JobResult | null> => await attachedEnd(job, end);
    if (!blocking) return await look();
    return await untilEnded(look, { env, unreachable_seconds: job.data.unreachable_seconds, signal });
  }

  async stopJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    if ((await this.getResult(handle, { env, blocking: false })) !== null) return;
    await stopAttached(this.#at(handle, env));
  }

  async cleanupJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    await this.#client.cleanupJob(handle, env);
  }

  #at(handle: JobHandle, env: JobRuntimeEnv): AttachedJob {
    return { handle, data: dataOf(handle), env, client: this.#client };
  }
}
