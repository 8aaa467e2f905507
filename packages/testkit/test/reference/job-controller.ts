import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, closeSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  GetResultOptions,
  Job,
  JobController,
  JobHandle,
  JobResult,
  JobRuntimeEnv,
  Json,
  Status,
} from '@aiflow/core';
import { errorCode, isJsonObject } from '@aiflow/core';
import { holdersOf } from '../../src/processes/token.ts';
import type { ReferencePlan } from './job-plugin.ts';

const grace = 300;

// The exit status goes to a file under its name only when it is whole: nobody who finds the job is its parent.
const wrapper = 'sh -c "$1"; echo $? > "$2.tmp"; mv "$2.tmp" "$2"';

/** Everything that it knows lies in the attempt's state directory and in the token of its processes. */
export class ReferenceController implements JobController {
  async submitJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle> {
    const { script } = job.plan as unknown as ReferencePlan;
    const [out, err] = [openSync(join(env.logDir, 'stdout'), 'a'), openSync(join(env.logDir, 'stderr'), 'a')];
    const child = spawn('sh', ['-c', wrapper, 'wrapper', script, join(env.stateDir, 'exit')], {
      cwd: env.workingDir,
      env: { ...env.environment, ...this.#ownEnvironment(job, env) },
      detached: true,
      stdio: ['ignore', out, err],
    });
    closeSync(out);
    closeSync(err);
    await once(child, 'spawn');
    child.unref();
    return this.#handle(job, env);
  }

  async findJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle | null> {
    const begun =
      exists(env, 'exit') ||
      exists(env, 'stopping') ||
      holdersOf(env.attemptId).length > 0 ||
      exists(env, 'exit');
    return begun ? this.#handle(job, env) : null;
  }

  async getJobStatus(handle: JobHandle, env: JobRuntimeEnv): Promise<Status> {
    return (await this.#end(handle, env))?.status ?? 'RUNNING';
  }

  async getResult(handle: JobHandle, { env, blocking, signal }: GetResultOptions): Promise<JobResult | null> {
    for (;;) {
      signal?.throwIfAborted();
      const end = await this.#end(handle, env);
      if (end !== null || !blocking) return end;
      await env.clock.sleep(50, signal === undefined ? {} : { signal });
    }
  }

  async stopJob(_: JobHandle, env: JobRuntimeEnv): Promise<void> {
    if (exists(env, 'exit')) return;
    await writeFile(join(env.stateDir, 'stopping'), '');
    signalAll(env, 'SIGTERM');
    const end = env.clock.monotonic() + grace;
    while (holdersOf(env.attemptId).length > 0) {
      if (env.clock.monotonic() > end) signalAll(env, 'SIGKILL');
      await env.clock.sleep(20);
    }
  }

  async cleanupJob(): Promise<void> {
    // All that it wrote belongs to the attempt's directories.
  }

  #handle(job: Job, env: JobRuntimeEnv): JobHandle {
    const { nodeId } = job.plan as unknown as ReferencePlan;
    return {
      jobType: 'reference',
      plugin: 'reference-plugin',
      version: '1.2.3',
      attemptId: env.attemptId,
      data: { nodeId },
    };
  }

  #ownEnvironment(job: Job, env: JobRuntimeEnv): Record<string, string> {
    const own: Json = env.resolveSecrets(job.config.properties['env'] ?? {});
    return Object.fromEntries(
      Object.entries(isJsonObject(own) ? own : {}).map(([name, value]) => [name, String(value)]),
    );
  }

  async #end(handle: JobHandle, env: JobRuntimeEnv): Promise<JobResult | null> {
    if (holdersOf(env.attemptId).length > 0) return null;
    if (exists(env, 'stopping')) return { status: 'KILLED', values: {}, error: null };
    if (!exists(env, 'exit')) return failed('reference.lost', 'the script vanished and left no exit status');
    const status = Number(await readFile(join(env.stateDir, 'exit'), 'utf8'));
    if (status !== 0) return failed('reference.exit', `the script ended with exit status ${status}`);
    const lines = (await readFile(join(env.logDir, 'stdout'), 'utf8')).trimEnd().split('\n');
    const { nodeId } = handle.data as { nodeId: string };
    return { status: 'FINISHED', values: { [nodeId]: lines.at(-1) ?? '' }, error: null };
  }
}

function failed(code: string, message: string): JobResult {
  return { status: 'FAILED', values: {}, error: { code, message, context: {} } };
}

function exists(env: JobRuntimeEnv, file: string): boolean {
  return existsSync(join(env.stateDir, file));
}

function signalAll(env: JobRuntimeEnv, signal: NodeJS.Signals): void {
  for (const { pid } of holdersOf(env.attemptId)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error; // it ended by itself meanwhile
    }
  }
}
