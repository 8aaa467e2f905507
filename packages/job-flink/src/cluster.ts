import type { JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import { belongsTo } from './ids.ts';
import type { JobManager, ListedJob } from './job-manager.ts';
import { statusOf } from './states.ts';

const stopDeadlineMs = 180_000;

/** The jobs of an attempt that the cluster knows, running or ended. */
export async function jobsOf(
  jobManager: JobManager,
  env: JobRuntimeEnv,
  signal?: AbortSignal,
): Promise<readonly ListedJob[]> {
  return (await jobManager.jobs(signal)).filter(belongsTo(env.attemptId));
}

export function isLive({ state }: ListedJob): boolean {
  return statusOf(state) === 'RUNNING';
}

/**
 * Resolves when the JobManager's answers about a job that has ended are those of its end: it keeps what it answered for
 * `web.refresh-interval`, three seconds unless somebody made it longer, and its list of jobs is ahead of that.
 */
export async function untilShown(
  jobManager: JobManager,
  { jid, state }: ListedJob,
  env: JobRuntimeEnv,
): Promise<void> {
  for (let look = 0; look < 40; look += 1) {
    const shown = (await jobManager.job(jid))?.['state'];
    if (shown === state || shown === undefined) return;
    await env.clock.sleep(250);
  }
}

/**
 * Cancels the jobs of an attempt, and resolves when the cluster says that they are over and for `settleMs` none has come
 * to light. Throws `flink.stop_unconfirmed` when they are not over within three minutes.
 */
export async function cancelJobs(
  jobManager: JobManager,
  env: JobRuntimeEnv,
  settleMs: number,
): Promise<void> {
  const { clock } = env;
  const begun = clock.monotonic();
  let quietSince = begun;
  const asked = new Map<string, number>();
  for (;;) {
    const live = (await jobsOf(jobManager, env)).filter(isLive);
    const now = clock.monotonic();
    if (live.length > 0) quietSince = now;
    else if (asked.size > 0 || now - quietSince >= settleMs) return;
    if (now - begun > stopDeadlineMs) {
      const names = live.map(({ jid, state }) => `${jid} ${state}`).join(', ');
      throw new AIFlowError(
        'flink.stop_unconfirmed',
        `the cluster did not end ${names} within three minutes: see the JobManager at ${jobManager.url}`,
        { context: { jobs: live.map(({ jid }) => jid) } },
      );
    }
    for (const { jid } of live) {
      if (now - (asked.get(jid) ?? -Infinity) < 5000) continue;
      asked.set(jid, now);
      await jobManager.cancel(jid);
    }
    await clock.sleep(live.length > 0 ? 50 : 200);
  }
}
