import type { JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError, isAIFlowError, isJsonObject, messageOf } from '@aiflow/core';
import { isLive, jobsOf } from './cluster.ts';
import { refused } from './http.ts';
import { savepointTrigger } from './ids.ts';
import type { JobManager, ListedJob, SavepointAnswer } from './job-manager.ts';
import { rootCause } from './root-cause.ts';
import { tellOfSavepoint } from './savepoints.ts';

const savepointDeadlineMs = 600_000;

/**
 * Stops each job of an attempt that runs with a savepoint, and tells of it. A job without a running task is left to be
 * cancelled. Throws `flink.savepoint_failed` when none can be made.
 */
export async function stopWithSavepoints(
  jobManager: JobManager,
  directory: string | null,
  env: JobRuntimeEnv,
): Promise<void> {
  for (const { jid } of (await jobsOf(jobManager, env)).filter(isLive)) {
    if (!(await hasRunningTasks(jobManager, jid))) {
      env.logger.warn(`job "${env.jobName}" has no running task to make a savepoint of: it is cancelled`);
      continue;
    }
    const location = await makeSavepoint(jobManager, { jid, directory }, env);
    if (location !== null) await tellOfSavepoint(env, location);
  }
}

/** Null when the job ended by itself before. */
async function makeSavepoint(
  jobManager: JobManager,
  { jid, directory }: { readonly jid: string; readonly directory: string | null },
  env: JobRuntimeEnv,
): Promise<string | null> {
  const begun = env.clock.monotonic();
  for (;;) {
    const answer = await answerOf(jobManager, jid, env);
    if (answer?.kind === 'made') return answer.location;
    if (answer?.kind === 'failed') {
      if (!(await isRunning(jobManager, jid, env))) return null;
      throw failed(rootCause(answer.stackTrace).message, env);
    }
    if (answer === null) {
      try {
        await jobManager.stopWithSavepoint(jid, triggerOf(jid, env), directory);
      } catch (error) {
        if (!(await isRunning(jobManager, jid, env))) return null;
        if (!isAIFlowError(error, refused)) throw error;
        throw failed(messageOf(error), env, error);
      }
    }
    if (env.clock.monotonic() - begun > savepointDeadlineMs)
      throw failed('it took more than ten minutes', env);
    await env.clock.sleep(100);
  }
}

/** Tells of the savepoints that jobs were stopped with: a job that has ended so looks like one that ended by itself. */
export async function tellOfSavepoints(
  jobManager: JobManager,
  jobs: readonly ListedJob[],
  env: JobRuntimeEnv,
): Promise<void> {
  for (const { jid } of jobs) {
    const answer = await answerOf(jobManager, jid, env);
    if (answer?.kind === 'made') await tellOfSavepoint(env, answer.location);
  }
}

/** What became of the savepoint that stopping a job asks for; null when nobody has asked for it yet. */
async function answerOf(
  jobManager: JobManager,
  jid: string,
  env: JobRuntimeEnv,
): Promise<SavepointAnswer | null> {
  try {
    return await jobManager.savepoint(jid, triggerOf(jid, env));
  } catch (error) {
    if (isAIFlowError(error, refused)) return null;
    throw error;
  }
}

/** Another stop of the same attempt, before or beside this one, asks for the same savepoint. */
function triggerOf(jid: string, env: JobRuntimeEnv): string {
  return savepointTrigger(`${env.attemptId} ${jid}`);
}

async function isRunning(jobManager: JobManager, jid: string, env: JobRuntimeEnv): Promise<boolean> {
  return (await jobsOf(jobManager, env)).some((job) => job.jid === jid && isLive(job));
}

async function hasRunningTasks(jobManager: JobManager, jid: string): Promise<boolean> {
  const counts = (await jobManager.job(jid))?.['status-counts'];
  return isJsonObject(counts) && Number(counts['RUNNING'] ?? 0) > 0;
}

function failed(why: string, env: JobRuntimeEnv, cause?: unknown): AIFlowError {
  return new AIFlowError(
    'flink.savepoint_failed',
    `job "${env.jobName}" goes on, as no savepoint could be made (${why}): set savepoint_dir, or stop_mode to cancel`,
    { context: { jobName: env.jobName }, cause },
  );
}
