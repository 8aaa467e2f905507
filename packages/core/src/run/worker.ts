import type { Job } from '../compile/workflow.ts';
import { AIFlowError, messageOf } from '../errors.ts';
import type { Clock, Logger, SecretResolver } from '../plugin/host.ts';
import type { PluginRegistry } from '../plugin/registry.ts';
import { findPlugin, getPlugin, globalRegistry } from '../plugin/registry.ts';
import type { BlobManager } from '../snapshot/blob-manager.ts';
import type { AttemptDirectories } from './attempt-directories.ts';
import { attemptDirectories } from './attempt-directories.ts';
import { envMaker } from './create-env.ts';
import type { JobController, JobHandle, JobPluginFactory } from './job-plugin.ts';
import { maskError } from './mask.ts';
import type { Attempt, AttemptRunner } from './runner.ts';
import { sharedFetch } from './shared-fetch.ts';
import type { Begun } from './worker-run.ts';
import { WorkerRun } from './worker-run.ts';

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
  const controllers = new Map<JobPluginFactory, JobController>();
  const makeEnv = envMaker(options);
  const directoriesOf = (attempt: Attempt): AttemptDirectories =>
    attemptDirectories(options.stateDir, attempt);
  const begin = async (
    attempt: Attempt,
    directories: AttemptDirectories,
    signal?: AbortSignal,
  ): Promise<Begun> => {
    const plugin = await pluginOf(attempt.job, options);
    const controller = controllers.get(plugin) ?? plugin.getJobController();
    controllers.set(plugin, controller);
    const projectDir = await fetchProject(attempt, signal);
    return { controller, env: makeEnv(attempt, directories, projectDir) };
  };
  return {
    start: (attempt) => {
      const directories = directoriesOf(attempt);
      return new WorkerRun(attempt, directories, options, async (signal) => {
        const begun = await begin(attempt, directories, signal);
        return { ...begun, handle: await submit(attempt, begun, signal) };
      });
    },
    find: async (attempt, { signal } = {}) => {
      try {
        const directories = directoriesOf(attempt);
        const begun = await begin(attempt, directories, signal);
        const handle = await begun.controller.findJob(attempt.job, begun.env);
        if (handle === null) return null;
        return new WorkerRun(attempt, directories, options, async () => ({ ...begun, handle }));
      } catch (error) {
        throw maskError(error, attempt.job, options.secrets);
      }
    },
  };
}

/**
 * Submits. A call that failed may have done its work all the same, or another worker may have the attempt already:
 * what is found then is the job, and is followed to its end. If it is known that nothing has begun, the failure
 * stands; if that cannot be found out either, it is `job.unknown`, and no end.
 */
async function submit(attempt: Attempt, { controller, env }: Begun, signal: AbortSignal): Promise<JobHandle> {
  signal.throwIfAborted();
  try {
    return await controller.submitJob(attempt.job, env);
  } catch (error) {
    const begun = await findAfter(error, attempt, { controller, env });
    if (begun === null) throw error;
    const { message } = maskError(error, attempt.job, env.secrets);
    env.logger.warn(`job "${env.jobName}" runs although submitting it failed: ${message}`, {
      attemptId: env.attemptId,
    });
    return begun;
  }
}

async function findAfter(
  error: unknown,
  attempt: Attempt,
  { controller, env }: Begun,
): Promise<JobHandle | null> {
  try {
    return await controller.findJob(attempt.job, env);
  } catch (again) {
    throw new AIFlowError(
      'job.unknown',
      `whether job "${env.jobName}" was begun cannot be known: submitting it failed (${messageOf(error)}), and so ` +
        `did looking for it (${messageOf(again)})`,
      { cause: error },
    );
  }
}

async function pluginOf({ config }: Job, options: RunnerOptions): Promise<JobPluginFactory> {
  const { registry = globalRegistry(), loadPlugin } = options;
  const known = findPlugin('job', config.jobType, registry);
  if (known !== null) return known;
  await loadPlugin?.(config.jobType);
  return getPlugin('job', config.jobType, registry);
}
