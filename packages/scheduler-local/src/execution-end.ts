import type { FinalStatus } from '@aiflow/core';
import type { LiveExecution } from './live/live-execution.ts';

/** Whether nothing of it is under way, and nothing can come to be. */
export function isOver(execution: LiveExecution): boolean {
  if (execution.open.size > 0) return false;
  return execution.stopping || (!execution.waiting && !execution.version.isLongRunning);
}

/** A failure outweighs a stop, and a stop a good end. Only the latest attempt of each job counts. */
export function finalStatus(execution: LiveExecution): FinalStatus {
  if (execution.failedJobs > 0) return 'FAILED';
  return execution.killedJobs > 0 || execution.stopping ? 'KILLED' : 'FINISHED';
}
