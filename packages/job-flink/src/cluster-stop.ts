import type { JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError, isAIFlowError, isJsonObject, messageOf } from '@aiflow/core';
import type { ClusterJob } from './cluster-end.ts';
import { clusterEnd } from './cluster-end.ts';
import { cancelJobs, isLive, jobsOf } from './cluster.ts';
import { refused } from './http.ts';
import { savepointTrigger } from './ids.ts';
import type { JobManager } from './job-manager.ts';
import { resultRecord, stopRecord } from './records.ts';
import { rootCause } from './root-cause.ts';
import { tellOfSavepoint } from './savepoints.ts';

const savepointDeadlineMs = 600_000;

/**
 * Ends an attempt, and resolves when the cluster has confirmed it. With `stop_mode: stop` each job that runs makes a
 * savepoint first: its path is an event, is kept for a later start, and is in the result. When none can be made the stop
 * throws `flink.savepoint_failed` and the job goes on; a job without a running task has no state, and is cancelled.
 */
export async function stopOnCluster(job: ClusterJob): Promise<void> {
  const { data, env, jobManager, submission } = job;
  if ((await resultRecord.read(env)) !== null) return;
  await stopRecord.write(env, { asked: env.clock.now() });
  const { settleMs } = await submission.end(data, env);
  if (data.stop_mode === 'stop') await stopWithSavepoints(job);
  await cancelJobs(jobManager, env, settleMs);
  await clusterEnd(job);
}

async function stopWithSavepoints({ env, jobManager, data }: ClusterJob): Promise<void> {
  for (const { jid } of (await jobsOf(jobManager, env)).filter(isLive)) {
    if (!(await hasRunningTasks(jobManager, jid))) {
      env.logger.warn(`job "${env.jobName}" has no running task to make a savepoint of: it is cancelled`);
      continue;
    }
    const location = await makeSavepoint(jobManager, { jid, directory: data.savepoint_dir }, env);
    if (location !== null) await tellOfSavepoint(env, location);
  }
}

/** Null when the job ended by itself before. */
async function makeSavepoint(
  jobManager: JobManager,
  { jid, directory }: { readonly jid: string; readonly directory: string | null },
  env: JobRuntimeEnv,
): Promise<string | null> {
  // Another stop of the same attempt, before or beside this one, asks for the same savepoint.
  const trigger = savepointTrigger(`${env.attemptId} ${jid}`);
  const begun = env.clock.monotonic();
  for (;;) {
    const answer = await jobManager.savepoint(jid, trigger).catch(absent);
    if (answer?.kind === 'made') return answer.location;
    if (answer?.kind === 'failed') {
      if (!(await isRunning(jobManager, jid, env))) return null;
      throw failed(rootCause(answer.stackTrace).message, env);
    }
    if (answer === null) {
      try {
        await jobManager.stopWithSavepoint(jid, trigger, directory);
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

function absent(error: unknown): null {
  if (isAIFlowError(error, refused)) return null; // nobody has asked for it yet
  throw error;
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
