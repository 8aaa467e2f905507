/**
 * The documents' five states. An INIT attempt has not begun; the last three are ends, and final. An execution comes to
 * FAILED when the latest attempt of some job is; else to KILLED when somebody stopped it, or stopped the latest attempt
 * of some job; else to FINISHED. What its author had stopped by a STOP rule of the job counts as well done.
 */
export type Status = (typeof statuses)[number];
export const statuses = ['INIT', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type FinalStatus = 'FINISHED' | 'FAILED' | 'KILLED';

/**
 * Why something is in its state, where the five are too coarse. INIT: `queued` (a limit holds it back), `retrying`
 * (waits for its next attempt). RUNNING: `stopping`. Ends: `stopped` (somebody asked), `stopped_by_rule` (a STOP rule
 * of the job asked), `lost` (its process vanished and left no result), `restored` (taken from a cache), `upstream_failed`, `timeout`.
 */
export type StatusReason =
  | 'queued'
  | 'waiting'
  | 'retrying'
  | 'stopping'
  | 'stopped'
  | 'stopped_by_rule'
  | 'lost'
  | 'restored'
  | 'upstream_failed'
  | 'timeout';

/** Whether a value is the name of a status. */
export function isStatus(value: unknown): value is Status {
  return statuses.some((status) => status === value);
}

export function isFinal(status: string): status is FinalStatus {
  return status === 'FINISHED' || status === 'FAILED' || status === 'KILLED';
}
