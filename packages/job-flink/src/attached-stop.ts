import type { AttachedJob } from './attached-job.ts';
import { onAnsweringCluster } from './attached-job.ts';
import { settleMs } from './client-submission.ts';
import { whatClientSaid } from './client-words.ts';
import { clusterEnd } from './cluster-end.ts';
import { cancelJobs } from './cluster.ts';
import { flinkJobId } from './ids.ts';
import { stopWithSavepoints } from './make-savepoint.ts';
import { stopRecord } from './records.ts';
import { stopByCommand } from './stop-command.ts';

/**
 * Ends an attempt and its client, and resolves when the cluster has confirmed it: by Flink's command where the job has
 * `flink_stop_args`, or where the JobManager does not answer us, else as every job on a cluster. The client ends after
 * its job: one that ends before may take the job with it, and no savepoint could be made.
 */
export async function stopAttached(job: AttachedJob): Promise<void> {
  const { handle, data, env, client } = job;
  const confirmed = new Set<string>();
  const before = await onAnsweringCluster(job);
  if (before === null || data.flink_stop_args.length > 0) {
    const asked = env.clock.now();
    await stopRecord.write(env, { asked, isUnderWay: true });
    try {
      await stopByCommands(job, data.stop_mode, confirmed);
    } finally {
      await stopRecord.write(env, { asked });
    }
  } else {
    await stopRecord.write(env, { asked: env.clock.now() });
    if (data.stop_mode === 'stop') await stopWithSavepoints(before.jobManager, data.savepoint_dir, env);
  }
  const isOver = (await client.getResult(handle, { env, blocking: false })) !== null;
  if (!isOver) await client.stopJob(handle, env);
  // What the client was just submitting, or has submitted since.
  const after = await onAnsweringCluster(job);
  if (after === null) return await stopByCommands(job, 'cancel', confirmed);
  await cancelJobs(after.jobManager, env, isOver ? 0 : settleMs);
  await clusterEnd(after);
}

/** Stops what the client said that it submitted, or the one whose id we gave it. What was stopped is `confirmed`. */
async function stopByCommands(
  { data, env }: AttachedJob,
  mode: 'cancel' | 'stop',
  confirmed: Set<string>,
): Promise<void> {
  const { submitted, ended } = await whatClientSaid(env);
  const ids = submitted.length === 0 ? [flinkJobId(env.attemptId, 0)] : submitted;
  for (const id of ids.filter((one) => !ended.includes(one) && !confirmed.has(one)))
    if (await stopByCommand(id, mode, data, env)) confirmed.add(id);
}
