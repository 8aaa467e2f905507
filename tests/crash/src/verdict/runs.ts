import type { FinalStatus, JobExecutionInfo } from '@aiflow/core';
import { isFinal } from '@aiflow/core';
import type { JobPlan } from '../stories/plan.ts';

/** What came of a job in one execution: a run is an attempt with its retries, and ends as the last of them. */
export interface Runs {
  readonly count: number;
  readonly ends: Readonly<Record<FinalStatus, number>>;
  readonly last: FinalStatus | null;
  /** The attempt after which a retry is missing. */
  readonly unretried: JobExecutionInfo | null;
}

/** `attempts` are those of the job, oldest first, all of which have ended; `isStopped` means that no retry need follow. */
export function runsOf(job: JobPlan, attempts: readonly JobExecutionInfo[], isStopped: boolean): Runs {
  const ends = { FINISHED: 0, FAILED: 0, KILLED: 0 };
  let [count, retries] = [0, 0];
  let last: FinalStatus | null = null;
  let unretried: JobExecutionInfo | null = null;
  for (const [at, attempt] of attempts.entries()) {
    if (!isFinal(attempt.status)) continue;
    last = attempt.status;
    if (attempt.status === 'FAILED' && retries < (job.retries ?? 0)) {
      retries += 1;
      if (at < attempts.length - 1) continue;
      if (!isStopped) unretried = attempt;
    }
    count += 1;
    ends[attempt.status] += 1;
    retries = 0;
  }
  return { count, ends, last, unretried };
}
