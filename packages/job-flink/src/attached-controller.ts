import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type {
  GetResultOptions,
  Job,
  JobController,
  JobHandle,
  JobResult,
  JobRuntimeEnv,
  Status,
} from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import type { ProcessJobController } from '@aiflow/process';
import { lastLines } from '@aiflow/process';
import { flinkCommand } from './client-command.ts';
import { dataOf } from './cluster-controller.ts';
import type { FlinkHandleData } from './handle.ts';
import { flinkJobId } from './ids.ts';
import { tellOfSavepoint } from './savepoints.ts';

/**
 * Jobs on a cluster that only Flink's command reaches: the client stays until the job has ended, and its exit code is the
 * job's. To stop one is to ask the cluster by another command first, and to end the client when that was confirmed.
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
    return await this.#client.getJobStatus(handle, env);
  }

  async getResult(handle: JobHandle, options: GetResultOptions): Promise<JobResult | null> {
    return await this.#client.getResult(handle, options);
  }

  async stopJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    if ((await this.#client.getResult(handle, { env, blocking: false })) !== null) return;
    await this.#stopOnCluster(dataOf(handle), env);
    await this.#client.stopJob(handle, env);
  }

  async cleanupJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    await this.#client.cleanupJob(handle, env);
  }

  /** A job that is not there, because the client has not come so far, is no failure: the client's end is its end. */
  async #stopOnCluster(data: FlinkHandleData, env: JobRuntimeEnv): Promise<void> {
    const directory = data.savepoint_dir === null ? [] : ['--savepointPath', data.savepoint_dir];
    const verb = data.stop_mode === 'stop' ? ['stop', ...directory] : ['cancel'];
    const args = [...verb, ...data.flink_stop_args, flinkJobId(env.attemptId, 0)];
    const log = join(env.logDir, 'stop.log');
    const code = await run(flinkCommand(data.flink_home, env, env.environment), args, log, env);
    const said = lastLines(log).join('\n');
    if (code === 0) {
      const location = /Savepoint completed\. Path: (\S+)/.exec(said)?.[1];
      if (location !== undefined) await tellOfSavepoint(env, location);
      return;
    }
    if (/FlinkJobNotFoundException|Could not find Flink job|not found/.test(said)) return;
    throw new AIFlowError(
      'flink.stop_failed',
      `flink ${args.join(' ')} ended with exit code ${code}, and the job goes on: see stop.log, and flink_stop_args`,
      { context: { exit_code: code, output_tail: said.slice(-4000) } },
    );
  }
}

async function run(
  command: string,
  args: readonly string[],
  log: string,
  env: JobRuntimeEnv,
): Promise<number | null> {
  const file = openSync(log, 'a');
  try {
    const child = spawn(command, args, {
      cwd: env.workingDir,
      env: env.environment,
      stdio: ['ignore', file, file],
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  } finally {
    closeSync(file);
  }
}
