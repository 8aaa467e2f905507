import type { JobResult, JobResultError, JobRuntimeEnv, Json } from '@aiflow/core';
import { cancelJobs, isLive, jobsOf, untilShown } from './cluster.ts';
import { flinkKey } from './generator.ts';
import type { FlinkHandleData } from './handle.ts';
import type { JobManager, ListedJob } from './job-manager.ts';
import { tellOfSavepoints } from './make-savepoint.ts';
import { resultRecord, savepointRecord, stopRecord } from './records.ts';
import { rootCause } from './root-cause.ts';
import { statusOf } from './states.ts';
import type { Submission, SubmissionState } from './submission.ts';

/** An attempt on a cluster. */
export interface ClusterJob {
  readonly data: FlinkHandleData;
  readonly env: JobRuntimeEnv;
  readonly jobManager: JobManager;
  readonly submission: Submission;
}

/** How often a job that should be there is looked for before it counts as lost. */
const looksForLost = 6;

/**
 * How an attempt ended; null while it runs. The first who sees the end writes it down: Flink forgets its jobs after an
 * hour, and all of them when it is started anew.
 */
export async function clusterEnd(job: ClusterJob, signal?: AbortSignal): Promise<JobResult | null> {
  const known = await resultRecord.read(job.env);
  if (known !== null) return known;
  const result = await findEnd(job, signal);
  if (result !== null) await resultRecord.write(job.env, result);
  return result;
}

async function findEnd(job: ClusterJob, signal?: AbortSignal): Promise<JobResult | null> {
  const { data, env, jobManager, submission } = job;
  const isStopped = (await stopRecord.read(env)) !== null;
  const state = await submission.look(data, env);
  const jobs = await jobsOf(jobManager, env, signal);
  const failed = jobs.find((one) => statusOf(one.state) === 'FAILED');
  if (failed !== undefined) return await failedJob(job, failed, jobs);
  const live = jobs.filter(isLive);
  const hasKilled = ({ cut }: SubmissionState): boolean =>
    jobs.some((one) => statusOf(one.state) === 'KILLED' && !cut.includes(one.jid));
  // One of them may have been cut since we looked.
  if (hasKilled(state) && hasKilled(await submission.look(data, env))) {
    // One of several was ended on Flink's page: what is left of the others is not what was asked for.
    if (!isStopped && live.length > 0) await endAll(job);
    return live.length > 0 && isStopped
      ? null
      : await withFacts(job, jobs, { status: 'KILLED', values: {}, error: null });
  }
  if (state.kind === 'failed') return await failedSubmission(job, jobs, state.error, isStopped);
  if (state.kind === 'under_way' && !isStopped) return null;
  for (const { jid } of live) if (state.cut.includes(jid)) await jobManager.cancel(jid);
  if (live.length > 0) return null;
  const expected = state.kind === 'done' ? (state.jobs ?? 1) : 0;
  if (jobs.length < expected) return await missing(job, isStopped);
  if (isStopped && data.stop_mode === 'stop') await tellOfSavepoints(jobManager, jobs, env);
  if (state.kind === 'under_way' || (await savepointRecord.read(env)) !== null) {
    return await withFacts(job, jobs, { status: 'KILLED', values: {}, error: null });
  }
  return await withFacts(job, jobs, { status: 'FINISHED', values: state.values, error: null });
}

async function endAll({ submission, data, env, jobManager }: ClusterJob): Promise<void> {
  const { settleMs } = await submission.end(data, env);
  await cancelJobs(jobManager, env, settleMs);
}

async function failedSubmission(
  job: ClusterJob,
  jobs: readonly ListedJob[],
  error: JobResultError,
  isStopped: boolean,
): Promise<JobResult> {
  await endAll(job);
  if (!isStopped) return { status: 'FAILED', values: {}, error };
  if (job.data.stop_mode === 'stop') await tellOfSavepoints(job.jobManager, jobs, job.env);
  return await withFacts(job, jobs, { status: 'KILLED', values: {}, error: null });
}

async function failedJob(job: ClusterJob, failed: ListedJob, jobs: readonly ListedJob[]): Promise<JobResult> {
  const { jid, name } = failed;
  await untilShown(job.jobManager, failed, job.env);
  const trace = await job.jobManager.failure(jid);
  await endAll(job);
  const cause = rootCause(trace ?? '');
  const message =
    trace === null ? `Flink gave no reason: see job ${jid} at ${job.jobManager.url}` : cause.message;
  const context = {
    job_id: jid,
    job_name: name,
    exception: cause.name,
    stack_trace: (trace ?? '').slice(0, 16_000),
  };
  return await withFacts(job, jobs, {
    status: 'FAILED',
    values: {},
    error: { code: 'flink.job_failed', message, context },
  });
}

/** A job that was submitted and that the cluster does not know. It is looked for again: it may be about to take over. */
async function missing({ jobManager, env, data }: ClusterJob, isStopped: boolean): Promise<JobResult | null> {
  const before = (await jobsOf(jobManager, env)).length;
  for (let look = 1; look < looksForLost; look += 1) {
    await env.clock.sleep(1000);
    if ((await jobsOf(jobManager, env)).length > before) return null;
  }
  if (isStopped) return { status: 'KILLED', values: {}, error: null };
  const none = before === 0 && data.way === 'client';
  const message = none
    ? `the client ended well and the JobManager at ${jobManager.url} has no job of it: did the program execute one, and there?`
    : `the JobManager at ${jobManager.url} does not know the job any more: it was started anew, or forgot it after an hour`;
  const code = none ? 'flink.no_job' : 'job.lost';
  return { status: 'FAILED', values: {}, error: { code, message, context: { jobmanager: jobManager.url } } };
}

/** The result with what Flink says of the jobs as a whole. */
async function withFacts(job: ClusterJob, jobs: readonly ListedJob[], result: JobResult): Promise<JobResult> {
  const savepoint = (await savepointRecord.read(job.env))?.location;
  const accumulators: Record<string, Json> = {};
  if (result.status === 'FINISHED') {
    for (const one of jobs) {
      await untilShown(job.jobManager, one, job.env);
      Object.assign(accumulators, await job.jobManager.accumulators(one.jid));
    }
  }
  const facts: Record<string, Json> = {
    ...(Object.keys(accumulators).length === 0 ? {} : { accumulators }),
    ...(savepoint === undefined ? {} : { savepoint }),
  };
  if (Object.keys(facts).length === 0) return result;
  return { ...result, values: { ...result.values, [flinkKey]: facts } };
}
