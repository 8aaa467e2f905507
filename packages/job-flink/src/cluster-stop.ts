import type { ClusterJob } from './cluster-end.ts';
import { clusterEnd } from './cluster-end.ts';
import { cancelJobs } from './cluster.ts';
import { stopWithSavepoints } from './make-savepoint.ts';
import { resultRecord, stopRecord } from './records.ts';

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
  if (data.stop_mode === 'stop') await stopWithSavepoints(jobManager, data.savepoint_dir, env);
  await cancelJobs(jobManager, env, settleMs);
  await clusterEnd(job);
}
