import type {
  GetResultOptions,
  Job,
  JobController,
  JobHandle,
  JobResult,
  JobRuntimeEnv,
  Status,
} from '@aiflow/core';
import { ProcessJobController } from '@aiflow/process';
import { AttachedController } from './attached-controller.ts';
import { clientJob } from './client-job.ts';
import { clientSubmission } from './client-submission.ts';
import { ClusterController, dataOf } from './cluster-controller.ts';
import type { FlinkHandleData } from './handle.ts';
import { handleDataOf } from './handle.ts';
import { javaSubmission } from './java-submission.ts';
import { sqlSubmission } from './sql-submission.ts';

/** Gives each job to the controller of its way to Flink. */
export class FlinkJobController implements JobController {
  readonly #rest = new ClusterController(javaSubmission);
  readonly #gateway = new ClusterController(sqlSubmission);
  readonly #process = new ProcessJobController(clientJob);
  readonly #client = new ClusterController(clientSubmission(this.#process));
  readonly #attached = new AttachedController(this.#process);

  async submitJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle> {
    return await this.#of(handleDataOf(job)).submitJob(job, env);
  }

  async findJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle | null> {
    return await this.#of(handleDataOf(job)).findJob(job, env);
  }

  async getJobStatus(handle: JobHandle, env: JobRuntimeEnv): Promise<Status> {
    return await this.#of(dataOf(handle)).getJobStatus(handle, env);
  }

  async obtainJobLabel(handle: JobHandle, env: JobRuntimeEnv): Promise<string | null> {
    return (await this.#of(dataOf(handle)).obtainJobLabel?.(handle, env)) ?? null;
  }

  async getResult(handle: JobHandle, options: GetResultOptions): Promise<JobResult | null> {
    return await this.#of(dataOf(handle)).getResult(handle, options);
  }

  async stopJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    await this.#of(dataOf(handle)).stopJob(handle, env);
  }

  async cleanupJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    await this.#of(dataOf(handle)).cleanupJob(handle, env);
  }

  #of({ way, jobmanager }: FlinkHandleData): JobController {
    switch (way) {
      case 'rest':
        return this.#rest;
      case 'gateway':
        return this.#gateway;
      case 'client':
        return jobmanager === null ? this.#attached : this.#client;
      case 'local':
        return this.#process;
    }
  }
}
