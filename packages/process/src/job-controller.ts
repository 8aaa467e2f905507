import { join } from 'node:path';
import type {
  AIFlowError,
  GetResultOptions,
  Job,
  JobController,
  JobHandle,
  JobResult,
  JobRuntimeEnv,
  Json,
  PluginOrigin,
  Status,
} from '@aiflow/core';
import { isAIFlowError } from '@aiflow/core';
import { createLauncher } from './create-launcher.ts';
import type { ProcessEnd, ProcessLauncher, ProcessPlace } from './launcher.ts';

/** The program that is a job: what `ProcessSpec` leaves open. */
export interface ProcessCommand {
  readonly argv: readonly [string, ...string[]];
  /** All of it; `env.environment` is what it should begin with. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What every handle of such a job remembers, for whoever stops it without knowing its properties. */
export type ProcessHandleData = {
  readonly stop_grace_seconds: number;
};

/** What a job plugin says whose jobs are processes of this machine. The rest is the same for all of them. */
export interface ProcessJob<Data extends ProcessHandleData & Json> {
  readonly jobType: string;
  readonly origin: PluginOrigin;
  /**
   * What to run. Called once for an attempt, before anything has begun; what it throws becomes the attempt's failure.
   * Secrets belong into the environment it gives, never into files or arguments.
   */
  command(job: Job, env: JobRuntimeEnv): ProcessCommand | Promise<ProcessCommand>;
  /** What the handle remembers of the job; never a secret. */
  handleData(job: Job): Data;
  /** How the job ended; nothing of its process tree is left by then. Called as often as the result is asked for. */
  result(end: ProcessEnd, data: Data, env: JobRuntimeEnv): JobResult | Promise<JobResult>;
  /** A `process.launch_failed` in words that say what the user can put right; the same error when there are none. */
  explainLaunch(error: AIFlowError, command: ProcessCommand, env: JobRuntimeEnv): AIFlowError;
}

export interface OutputFiles {
  readonly stdout: string;
  readonly stderr: string;
}

/** Where the output of a job's main process goes. */
export function jobOutput({ logDir }: JobRuntimeEnv): OutputFiles {
  return { stdout: join(logDir, 'stdout.log'), stderr: join(logDir, 'stderr.log') };
}

/**
 * The `JobController` of jobs that are one process tree for each attempt. All that it knows of an attempt lies in
 * the attempt's directories, so any process finds it again.
 */
export class ProcessJobController<Data extends ProcessHandleData & Json> implements JobController {
  readonly #job: ProcessJob<Data>;
  readonly #launcher: ProcessLauncher;

  constructor(job: ProcessJob<Data>, launcher: ProcessLauncher = createLauncher()) {
    this.#job = job;
    this.#launcher = launcher;
  }

  async submitJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle<Data>> {
    const command = await this.#job.command(job, env);
    try {
      await this.#launcher.launch({ ...placeOf(env), ...command, cwd: env.workingDir, ...jobOutput(env) });
    } catch (error) {
      if (!isAIFlowError(error, 'process.launch_failed')) throw error;
      throw this.#job.explainLaunch(error, command, env);
    }
    return this.#handle(job, env);
  }

  async findJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle<Data> | null> {
    const { state } = await this.#launcher.find(placeOf(env));
    return state === 'never_began' ? null : this.#handle(job, env);
  }

  async getJobStatus(handle: JobHandle, env: JobRuntimeEnv): Promise<Status> {
    const result = await this.getResult(handle, { env, blocking: false });
    return result === null ? 'RUNNING' : result.status;
  }

  async getResult(handle: JobHandle, { env, blocking, signal }: GetResultOptions): Promise<JobResult | null> {
    const place = placeOf(env);
    if (!blocking && (await this.#launcher.find(place)).state === 'running') return null;
    // Also of a process that has ended: there is no result before what outlived it has been ended.
    const end = await this.#launcher.wait(place, { graceMs: graceOf(handle), ...(signal && { signal }) });
    if (end.leftovers > 0) env.logger.warn(leftBehind(env.jobName, end.leftovers));
    // A handle's data comes back as the JSON that this controller once gave.
    return await this.#job.result(end, handle.data as Data, env);
  }

  async stopJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    await this.#launcher.stop(placeOf(env), { graceMs: graceOf(handle) });
  }

  /** Nothing to remove: all files lie in the attempt's own directories, and no result is given while a process is left. */
  async cleanupJob(_handle: JobHandle, _env: JobRuntimeEnv): Promise<void> {}

  #handle(job: Job, env: JobRuntimeEnv): JobHandle<Data> {
    const { jobType, origin } = this.#job;
    return {
      jobType,
      plugin: origin.package,
      version: origin.version,
      attemptId: env.attemptId,
      data: this.#job.handleData(job),
    };
  }
}

function placeOf(env: JobRuntimeEnv): ProcessPlace {
  return { recordDir: join(env.stateDir, 'process'), token: env.attemptId };
}

function graceOf(handle: JobHandle): number {
  return (handle.data as ProcessHandleData).stop_grace_seconds * 1000;
}

function leftBehind(jobName: string, count: number): string {
  if (count === 1) return `job "${jobName}" left a process running in the background: it was ended`;
  return `job "${jobName}" left ${count} processes running in the background: they were ended`;
}
