import type { Event, JobExecutionInfo, RetryPolicy, Scheduler, StatusReason, Workflow } from '@aiflow/core';
import { describeDuration, retryDelayMs } from '@aiflow/core';

/** What the five statuses do not say of the attempts of one execution, for whoever watches it. */
export class AttemptNotes {
  readonly #scheduler: Scheduler;
  readonly #executionId: string;
  readonly #jobs: ReadonlyMap<string, Workflow['jobs'][number]['config']>;
  readonly #attempts = new Map<string, number>();

  constructor(scheduler: Scheduler, executionId: string, workflow: Workflow) {
    this.#scheduler = scheduler;
    this.#executionId = executionId;
    this.#jobs = new Map(workflow.jobs.map(({ config }) => [config.jobName, config]));
  }

  /**
   * What there is to say of an attempt that came to a status, by the event that tells it: why it ended so, what it
   * waits for, or which one it is. Null for what goes without saying, which most does: then nobody is asked.
   */
  async of({ key: jobName, value: status, context: attemptId }: Event): Promise<string | null> {
    const config = this.#jobs.get(jobName);
    const number = (this.#attempts.get(jobName) ?? 0) + (status === 'INIT' ? 1 : 0);
    this.#attempts.set(jobName, number);
    if (status === 'RUNNING') return number > 1 ? `attempt ${number}` : null;
    const speaks = status === 'INIT' ? number > 1 || config?.pool !== undefined : status !== 'FINISHED';
    if (!speaks) return null;
    const all = (await this.#scheduler.getJobExecutions(jobName, this.#executionId)) ?? [];
    const at = all.findIndex(({ jobExecutionId }) => jobExecutionId === attemptId);
    const reason = all[at]?.reason ?? null;
    if (reason === null || all[at]?.status !== status) return null; // it has gone on meanwhile
    if (reason === 'retrying')
      return config?.retry === undefined ? 'is tried again' : tellRetry(config.retry, all, at);
    if (reason === 'queued')
      return config?.pool === undefined ? null : `waits for a place in the pool ${config.pool}`;
    return reasons[reason];
  }
}

const reasons: Readonly<Record<StatusReason, string>> = {
  queued: 'waits for a place',
  waiting: 'waits',
  retrying: 'is tried again',
  stopping: 'is being stopped',
  stopped: 'stopped',
  stopped_by_rule: 'stopped by a rule',
  lost: 'lost: its process vanished',
  restored: 'taken from a cache',
  upstream_failed: 'a job that it waits for failed',
  timeout: 'timeout: it ran for too long',
};

/** Which attempt in a row of failures the one at `at` is, and when it begins. */
function tellRetry(retry: RetryPolicy, all: readonly JobExecutionInfo[], at: number): string {
  const ended = all.slice(0, at).findLastIndex(({ status }) => status !== 'FAILED');
  const failures = Math.max(1, Math.min(at - ended - 1, retry.limit));
  const delay = describeDuration(retryDelayMs(retry, failures, 0.5));
  return `attempt ${failures + 1} of ${retry.limit + 1} in ${retry.jitter > 0 ? 'about ' : ''}${delay}`;
}
