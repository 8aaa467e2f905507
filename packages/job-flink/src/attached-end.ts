import type { JobResult } from '@aiflow/core';
import { messageOf } from '@aiflow/core';
import type { AttachedJob } from './attached-job.ts';
import { isSilent, onCluster } from './attached-job.ts';
import { whatClientSaid } from './client-words.ts';
import { clusterEnd } from './cluster-end.ts';
import { jobsOf } from './cluster.ts';
import { flinkKey } from './generator.ts';
import { outlivedRecord, resultRecord, savepointRecord, stopRecord } from './records.ts';
import { stopByCommand } from './stop-command.ts';

/** How long a `flink stop` that is under way may take to say whether it made a savepoint. */
const stopMs = 600_000;

/**
 * How an attempt ended whose client has ended; null while a job of it goes on without the client, as one does that a
 * program only began. What the JobManager says counts, as long as it knows the job; else what the client said.
 */
export async function attachedEnd(job: AttachedJob, end: JobResult): Promise<JobResult | null> {
  const { env } = job;
  const stop = await stopRecord.read(env);
  const isStopping = stop?.isUnderWay === true && env.clock.now() - stop.asked < stopMs;
  if (isStopping && end.status === 'FINISHED') return null; // by itself, or with the savepoint that is being told of
  const outlived = (await outlivedRecord.read(env)) !== null;
  const found = onCluster(job, await whatClientSaid(env));
  try {
    if (found !== null && (outlived || (await jobsOf(found.jobManager, env)).length > 0)) {
      const result = await clusterEnd(found);
      if (result === null && !outlived) await outlivedRecord.write(env, { seen: env.clock.now() });
      return result;
    }
  } catch (error) {
    // Of a job that goes on without its client nobody else can tell.
    if (!isSilent(error) || (await outlivedRecord.read(env)) !== null) throw error;
  }
  return await byItsWord(job, end, stop !== null);
}

async function byItsWord(job: AttachedJob, end: JobResult, isStopped: boolean): Promise<JobResult> {
  const { env } = job;
  const savepoint = (await savepointRecord.read(env))?.location;
  const isKilled = isStopped && (end.status !== 'FINISHED' || savepoint !== undefined);
  if (end.status === 'FAILED' && !isStopped) await endWhatIsLeft(job);
  const result: JobResult = {
    ...end,
    ...(isKilled ? { status: 'KILLED', error: null } : {}),
    values: savepoint === undefined ? end.values : { ...end.values, [flinkKey]: { savepoint } },
  };
  await resultRecord.write(env, result);
  return result;
}

/** A client that was killed, or that lost the cluster, leaves jobs that another attempt would run beside. */
async function endWhatIsLeft({ data, env }: AttachedJob): Promise<void> {
  const { submitted, ended } = await whatClientSaid(env);
  for (const id of submitted.filter((one) => !ended.includes(one))) {
    try {
      await stopByCommand(id, 'cancel', data, env);
    } catch (error) {
      env.logger.warn(
        `job "${env.jobName}" failed, and may have left Flink's job ${id}: ${messageOf(error)}`,
      );
    }
  }
}
