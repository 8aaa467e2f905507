import { writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type {
  GetResultOptions,
  Job,
  JobController,
  JobHandle,
  JobResult,
  JobRuntimeEnv,
  Status,
} from '@aiflow/core';
import { AIFlowError, isAIFlowError } from '@aiflow/core';
import type { ProcessLauncher, ProcessPlace } from '@aiflow/process';
import { createNodeLauncher } from '@aiflow/process';
import { pythonEnvironment } from './environment.ts';
import type { PythonJobHandle } from './handle.ts';
import { makeHandle, stopGraceOf } from './handle.ts';
import { readProperties } from './options.ts';
import { readRemains } from './remains.ts';
import { attemptFiles, makeRequest, pythonDirectory } from './request.ts';
import { executableAdvice, resultOf } from './result.ts';

/** Runs Python jobs as processes of this machine. All that it knows of an attempt lies in the attempt's directories. */
export class PythonJobController implements JobController {
  readonly #launcher: ProcessLauncher;

  constructor(launcher: ProcessLauncher = createNodeLauncher()) {
    this.#launcher = launcher;
  }

  /** Throws `python.executable_not_found` when there is no such program, and `secret.missing`; nothing began then. */
  async submitJob(job: Job, env: JobRuntimeEnv): Promise<PythonJobHandle> {
    const properties = readProperties(job.config.properties);
    const { environment, modulePath } = pythonEnvironment(env, properties);
    const files = attemptFiles(env);
    await writeFile(files.request, JSON.stringify(makeRequest(job, env, modulePath)));
    const executable = locate(properties.python_executable_path, env);
    try {
      await this.#launcher.launch({
        ...placeOf(env),
        argv: [executable, pythonDirectory, files.request],
        cwd: env.workingDir,
        environment,
        stdout: files.stdout,
        stderr: files.stderr,
      });
    } catch (error) {
      throw explainLaunch(error, executable);
    }
    return makeHandle(env, properties.stop_grace_seconds);
  }

  async findJob(job: Job, env: JobRuntimeEnv): Promise<PythonJobHandle | null> {
    const { state } = await this.#launcher.find(placeOf(env));
    if (state === 'never_began') return null;
    return makeHandle(env, readProperties(job.config.properties).stop_grace_seconds);
  }

  async getJobStatus(handle: JobHandle, env: JobRuntimeEnv): Promise<Status> {
    const result = await this.getResult(handle, { env, blocking: false });
    return result === null ? 'RUNNING' : result.status;
  }

  async getResult(handle: JobHandle, { env, blocking, signal }: GetResultOptions): Promise<JobResult | null> {
    const place = placeOf(env);
    if (!blocking && (await this.#launcher.find(place)).state === 'running') return null;
    // Also of a process that has ended: what outlived it is ended before there is a result.
    const end = await this.#launcher.wait(place, {
      graceMs: stopGraceOf(handle),
      ...(signal === undefined ? {} : { signal }),
    });
    if (end.leftovers > 0) {
      env.logger.warn(`job "${env.jobName}" left ${end.leftovers} processes running: they were ended`);
    }
    return resultOf(await readRemains(env, end));
  }

  async stopJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    await this.#launcher.stop(placeOf(env), { graceMs: stopGraceOf(handle) });
  }

  /** Nothing to remove: a Python job keeps everything in its attempt's own directories, and getResult leaves no process. */
  async cleanupJob(_handle: JobHandle, _env: JobRuntimeEnv): Promise<void> {}
}

function placeOf(env: JobRuntimeEnv): ProcessPlace {
  return { recordDir: attemptFiles(env).recordDir, token: env.attemptId };
}

/** A name is left to be looked up in PATH; a path that is not absolute belongs to the project. */
function locate(executable: string, env: JobRuntimeEnv): string {
  return executable.includes('/') && !isAbsolute(executable) ? join(env.projectDir, executable) : executable;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program',
  ENOTDIR: 'there is no such program',
  EACCES: 'it is not a program that may be run',
  EISDIR: 'it is a directory',
  ENOEXEC: 'it is not a program for this machine',
};

/** What went wrong with the program itself becomes one clear error; anything else goes on as it is. */
function explainLaunch(error: unknown, executable: string): unknown {
  if (!isAIFlowError(error, 'process.launch_failed')) return error;
  const { reason: code } = error.context;
  const reason = typeof code === 'string' ? reasons[code] : undefined;
  if (reason === undefined) return error;
  return new AIFlowError(
    'python.executable_not_found',
    `cannot start Python as ${JSON.stringify(executable)}, ${reason}: ${executableAdvice}`,
    { context: { executable }, cause: error },
  );
}
