import type { Status } from '@aiflow/core';

/**
 * Flink's states of a job as ours. What is not over runs: a job that waits for slots or for another JobManager is ours
 * to watch and to stop. A job that somebody cancelled on Flink's page was killed from outside.
 */
export function statusOf(state: string): Exclude<Status, 'INIT'> {
  switch (state) {
    case 'FINISHED':
      return 'FINISHED';
    case 'FAILED':
      return 'FAILED';
    case 'CANCELED':
      return 'KILLED';
    default: // INITIALIZING, CREATED, RUNNING, RESTARTING, FAILING, CANCELLING, SUSPENDED, RECONCILING
      return 'RUNNING';
  }
}
