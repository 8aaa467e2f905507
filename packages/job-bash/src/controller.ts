import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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
import { commandLine } from './command-line.ts';
import { graphFiles, jobOutput, nodeOutput, recordDirectory } from './files.ts';
import type { GraphOrder } from './graph-order.ts';
import type { BashHandleData, BashJobHandle } from './handle.ts';
import { makeHandle } from './handle.ts';
import type { BashProperties } from './options.ts';
import { readProperties } from './options.ts';
import type { BashPlan } from './plan.ts';
import { readPlan } from './plan.ts';
import { noBash, resultOf } from './result.ts';

/**
 * Runs bash jobs as processes of this machine: one main process for each attempt, which is the node itself when there
 * is one, and a small program that runs the graph when there are several. All that is known of an attempt lies in its
 * directories.
 */
export class BashJobController implements JobController {
  readonly #launcher: ProcessLauncher;

  constructor(launcher: ProcessLauncher = createNodeLauncher()) {
    this.#launcher = launcher;
  }

  /**
   * Throws `bash.not_found`, `bash.command_too_long`, `job.file_not_found`, `path.outside` and `secret.missing`;
   * nothing has begun then.
   */
  async submitJob(job: Job, env: JobRuntimeEnv): Promise<BashJobHandle> {
    const properties = readProperties(job.config.properties);
    const argv = mainProcess(readPlan(job), properties, env);
    const environment = { ...env.environment, ...env.resolveSecrets(properties.env) };
    try {
      await this.#launcher.launch({
        ...placeOf(env),
        argv,
        cwd: env.workingDir,
        environment,
        ...jobOutput(env),
      });
    } catch (error) {
      throw explainLaunch(error, env);
    }
    return makeHandle(job, env);
  }

  async findJob(job: Job, env: JobRuntimeEnv): Promise<BashJobHandle | null> {
    const { state } = await this.#launcher.find(placeOf(env));
    return state === 'never_began' ? null : makeHandle(job, env);
  }

  async getJobStatus(handle: JobHandle, env: JobRuntimeEnv): Promise<Status> {
    const result = await this.getResult(handle, { env, blocking: false });
    return result === null ? 'RUNNING' : result.status;
  }

  async getResult(handle: JobHandle, { env, blocking, signal }: GetResultOptions): Promise<JobResult | null> {
    const data = dataOf(handle);
    const place = placeOf(env);
    if (!blocking && (await this.#launcher.find(place)).state === 'running') return null;
    // Also of a process that has ended: there is no result before what outlived it has been ended.
    const end = await this.#launcher.wait(place, { graceMs: graceOf(data), ...(signal && { signal }) });
    if (end.leftovers > 0) {
      env.logger.warn(
        `job "${env.jobName}" left ${end.leftovers} processes running in the background: they were ended`,
      );
    }
    return resultOf(end, data, env);
  }

  async stopJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void> {
    await this.#launcher.stop(placeOf(env), { graceMs: graceOf(dataOf(handle)) });
  }

  /** Nothing to remove: all files lie in the attempt's own directories, and no result is given while a process is left. */
  async cleanupJob(_handle: JobHandle, _env: JobRuntimeEnv): Promise<void> {}
}

function placeOf(env: JobRuntimeEnv): ProcessPlace {
  return { recordDir: recordDirectory(env), token: env.attemptId };
}

function dataOf(handle: JobHandle): BashHandleData {
  return handle.data as BashHandleData;
}

function graceOf(data: Pick<BashHandleData, 'stop_grace_seconds'>): number {
  return data.stop_grace_seconds * 1000;
}

/** The program that is the job, with its arguments; for several nodes its order is written down first. */
function mainProcess(
  { nodes }: BashPlan,
  properties: Required<BashProperties>,
  env: JobRuntimeEnv,
): [string, ...string[]] {
  const ordered = nodes.map((node) => ({
    id: node.id,
    argv: commandLine(node, properties.shell_options, env),
    inputs: node.inputs,
    ...nodeOutput(env, node.id, nodes.length),
  }));
  const [only, ...others] = ordered;
  if (only !== undefined && others.length === 0) return only.argv;
  const files = graphFiles(env);
  const order: GraphOrder = {
    nodes: ordered,
    output_encoding: properties.output_encoding,
    stop_grace_ms: graceOf(properties),
    report: files.report,
  };
  writeFileSync(files.order, JSON.stringify(order));
  return [process.execPath, graphProgram, files.order];
}

// The same file as TypeScript when this runs from its sources, and as JavaScript when it was built.
const graphProgram = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './graph-program.ts' : './graph-program.js', import.meta.url),
);

/** What a user can put right becomes an error that says how; anything else goes on as it is. */
function explainLaunch(error: unknown, { jobName }: JobRuntimeEnv): unknown {
  if (!isAIFlowError(error, 'process.launch_failed')) return error;
  const { reason, program } = error.context;
  if (reason === 'E2BIG') {
    return new AIFlowError(
      'bash.command_too_long',
      `the command of job "${jobName}" with its environment is longer than the system takes: put it into a file and use bashFile()`,
      { context: { jobName }, cause: error },
    );
  }
  if (program !== 'bash' || reason !== 'ENOENT') return error;
  return new AIFlowError('bash.not_found', noBash(jobName), { context: { jobName }, cause: error });
}
