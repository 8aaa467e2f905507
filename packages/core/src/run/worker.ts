import type { Job } from '../compile/workflow.ts';
import { AIFlowError, errorCode, isAIFlowError, messageOf } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Clock, Logger, SecretResolver } from '../plugin/host.ts';
import type { PluginRegistry } from '../plugin/registry.ts';
import { findPlugin, getPlugin, globalRegistry } from '../plugin/registry.ts';
import type { BlobManager } from '../snapshot/blob-manager.ts';
import type { RuntimePlace } from './create-env.ts';
import { attemptDirectories, createJobRuntimeEnv } from './create-env.ts';
import type { JobRuntimeEnv } from './env.ts';
import type { JobController, JobHandle, JobResult, JobResultError } from './job-plugin.ts';
import { maskSecrets } from './mask.ts';
import type { Attempt, AttemptRun, AttemptRunner } from './runner.ts';

export interface RunnerOptions {
  readonly blob: BlobManager;
  /** Below it attempts get their directories. */
  readonly stateDir: string;
  /** What jobs inherit as their environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly secrets: SecretResolver;
  readonly registry?: PluginRegistry;
  /**
   * Imports the plugin of a job type that is not registered yet: a scheduler that takes up what was left running
   * asks for jobs that this process has not heard of.
   */
  readonly loadPlugin?: (jobType: string) => Promise<unknown>;
}

/**
 * The worker: runs attempts in this process, each as fetch, prepare, submit, wait, clean up. A job that was begun
 * is stopped on any error, and is always cleaned up. The same worker serves `aiflow run`, a server's worker process
 * and `aiflow worker run`.
 */
export function createRunner(options: RunnerOptions): AttemptRunner {
  const fetchProject = sharedFetch(options.blob);
  const begin = async (attempt: Attempt): Promise<Begun> => {
    const controller = await controllerOf(attempt.job, options);
    const projectDir = await fetchProject(attempt);
    return { controller, env: createJobRuntimeEnv(attempt, placeOf(options, projectDir)) };
  };
  return {
    start: (attempt) => {
      const stopping = new AbortController();
      const submitted = begin(attempt).then(async (begun) => ({
        ...begun,
        handle: await submit(attempt, begun, stopping),
      }));
      return attemptRun(attempt, options, submitted, stopping);
    },
    find: async (attempt) => {
      const begun = await begin(attempt);
      const handle = await begun.controller.findJob(attempt.job, begun.env);
      if (handle === null) return null;
      return attemptRun(attempt, options, Promise.resolve({ ...begun, handle }), new AbortController());
    },
  };
}

interface Begun {
  readonly controller: JobController;
  readonly env: JobRuntimeEnv;
}

interface Submitted extends Begun {
  readonly handle: JobHandle;
}

function attemptRun(
  attempt: Attempt,
  options: RunnerOptions,
  submitted: Promise<Submitted>,
  stopping: AbortController,
): AttemptRun {
  const result = conclude(attempt, submitted, stopping.signal).then((end) =>
    maskSecrets(end, attempt.job, options.secrets),
  );
  const handle = submitted.then((job) => job.handle);
  // Whoever starts an attempt may look at its result only, or at neither: that is no unhandled rejection.
  handle.catch(() => undefined);
  result.catch(() => undefined);
  return {
    logDir: attemptDirectories(options.stateDir, attempt).logDir,
    submitted: handle,
    result,
    stop: async () => {
      stopping.abort(new AIFlowError('job.stopped', `job "${attempt.job.config.jobName}" was stopped`));
      await result;
    },
  };
}

/**
 * Submits. A call that failed may have done its work all the same, or another worker may have the attempt already:
 * what is found then is the job, and is followed to its end. Otherwise nothing has begun, and the failure stands.
 */
async function submit(
  attempt: Attempt,
  { controller, env }: Begun,
  stopping: AbortController,
): Promise<JobHandle> {
  stopping.signal.throwIfAborted();
  try {
    return await controller.submitJob(attempt.job, env);
  } catch (error) {
    const begun = await controller.findJob(attempt.job, env);
    if (begun === null) throw error;
    env.logger.warn(`job "${env.jobName}" runs although submitting it failed: ${messageOf(error)}`, {
      attemptId: env.attemptId,
    });
    return begun;
  }
}

/** Waits for the end of a submitted job, whatever goes wrong, and cleans up behind it. */
async function conclude(
  attempt: Attempt,
  submitting: Promise<Submitted>,
  stop: AbortSignal,
): Promise<JobResult> {
  let submitted: Submitted;
  try {
    submitted = await submitting;
  } catch (error) {
    return stop.aborted && isAIFlowError(error, 'job.stopped') ? killed : failed(error, attempt);
  }
  const { controller, env, handle } = submitted;
  let result: JobResult;
  try {
    result = await waitOrStop(submitted, stop);
  } catch (error) {
    await controller.stopJob(handle, env);
    result = failed(error, attempt);
  }
  try {
    await controller.cleanupJob(handle, env);
  } catch (error) {
    env.logger.warn(`clean-up after job "${env.jobName}" failed: ${messageOf(error)}`, {
      attemptId: env.attemptId,
    });
  }
  return result;
}

async function waitOrStop({ controller, env, handle }: Submitted, stop: AbortSignal): Promise<JobResult> {
  try {
    stop.throwIfAborted();
    const result = await controller.getResult(handle, { env, blocking: true, signal: stop });
    if (result !== null) return result;
    throw new AIFlowError(
      'job.no_result',
      `plugin ${handle.plugin} gave no result for a job that it had waited for`,
    );
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  await controller.stopJob(handle, env);
  // The stop may have come just after the end: then the job's own result stands.
  const result = await controller.getResult(handle, { env, blocking: false });
  return result ?? killed;
}

const killed: JobResult = { status: 'KILLED', values: {}, error: null };

function failed(error: unknown, attempt: Attempt): JobResult {
  const own = isAIFlowError(error);
  const context: JsonObject = own ? error.context : { systemCode: errorCode(error) };
  const result: JobResultError = {
    code: own ? error.code : 'job.plugin_failed',
    message: own ? error.message : `the ${attempt.job.config.jobType} plugin failed: ${messageOf(error)}`,
    context,
  };
  return { status: 'FAILED', values: {}, error: result };
}

async function controllerOf({ config }: Job, options: RunnerOptions): Promise<JobController> {
  const { registry = globalRegistry(), loadPlugin } = options;
  if (findPlugin('job', config.jobType, registry) === null) await loadPlugin?.(config.jobType);
  return getPlugin('job', config.jobType, registry).getJobController();
}

function placeOf(options: RunnerOptions, projectDir: string): RuntimePlace {
  const { stateDir, environment, logger, clock, secrets } = options;
  return { stateDir, projectDir, environment, logger, clock, secrets };
}

/** Fetches a snapshot once for all attempts that ask for it; a fetch that failed is tried again by the next. */
function sharedFetch(blob: BlobManager): (attempt: Attempt) => Promise<string> {
  const fetches = new Map<string, Promise<string>>();
  return (attempt) => {
    const known = fetches.get(attempt.snapshotId);
    if (known !== undefined) return known;
    const fetch = blob.downloadProject(attempt.snapshotId, attempt.snapshotUri);
    fetches.set(attempt.snapshotId, fetch);
    fetch.catch(() => fetches.delete(attempt.snapshotId));
    return fetch;
  };
}
