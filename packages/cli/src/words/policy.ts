import type { Job, RetryPolicy, RunCondition, Workflow } from '@aiflow/core';
import { describeDuration } from '@aiflow/core';

const runConditions: Readonly<Record<RunCondition, string | null>> = {
  upstream_finished: null,
  upstream_ended: 'run condition upstream_ended: the jobs that it waits for may also have ended badly',
  upstream_failed:
    'run condition upstream_failed: it starts only when one of the jobs that it waits for has failed',
};

/** Where, how and how often a job runs, one sentence for each thing that is not as usual. */
export function spellPolicy({ config, platform, engine }: Job): string[] {
  const { runCondition = 'upstream_finished', retry, timeoutMs, pool, poolSlots = 1, execMode } = config;
  const sentences = [
    runConditions[runCondition],
    retry === undefined ? null : spellRetry(retry),
    timeoutMs === undefined
      ? null
      : `an attempt that runs longer than ${describeDuration(timeoutMs)} is stopped and counts as failed`,
    pool === undefined ? null : `takes ${count(poolSlots, 'place')} of the pool ${pool} while it runs`,
    execMode === 'STREAM' ? 'runs as a stream, which has no end of its own' : null,
    platform === 'local' ? null : `runs on the platform ${platform} by the engine ${engine}`,
  ];
  return sentences.filter((sentence) => sentence !== null);
}

/** How much of a workflow may run at once, a sentence for each limit that it has. */
export function spellLimits({ jobs, executions }: Workflow['limits']): string[] {
  return [
    ...(jobs === undefined ? [] : [`runs at most ${count(jobs, 'job')} at once over all executions`]),
    ...(executions === undefined
      ? []
      : [`has at most ${count(executions, 'execution')} at once, and those beyond wait`]),
  ];
}

function spellRetry({ limit, delayMs, backoff, maxDelayMs, jitter }: RetryPolicy): string {
  if (limit === 0) return 'a failed attempt is followed by no other';
  const grows =
    backoff > 1 && limit > 1
      ? `, each wait ${backoff} times the one before and at most ${describeDuration(maxDelayMs)}`
      : '';
  const varied = jitter > 0 ? `, give or take ${Math.round(jitter * 100)} %` : '';
  const first = limit === 1 ? 'one more' : `up to ${limit} more, the first`;
  return `a failed attempt is followed by ${first} after ${describeDuration(delayMs)}${grows}${varied}`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
