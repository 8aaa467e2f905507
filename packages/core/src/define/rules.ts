import { isJsonObject } from '../json.ts';
import type { Status } from '../schedule/status.ts';
import { isStatus } from '../schedule/status.ts';

/** What rules point at: a job of this workflow. */
export interface JobReference {
  readonly jobName: string;
}

/** What a rule does to its job. START does nothing while the job runs; RESTART stops it first; STOP ends it. */
export type JobAction = 'START' | 'STOP' | 'RESTART';

/**
 * When a rule fires, as data that goes into the compiled workflow unchanged. Conditions on events, model versions
 * and datasets will be further members of this union.
 */
export type Condition =
  | { readonly kind: 'job_status'; readonly jobName: string; readonly status: Status }
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] };

/** The documents' ControlEdge: `action` on the job `jobName` when `condition` is met. */
export interface JobRule {
  readonly jobName: string;
  readonly action: JobAction;
  readonly condition: Condition;
}

function onStatus(job: JobReference, status: Status): Condition {
  return Object.freeze({ kind: 'job_status', jobName: job.jobName, status });
}

/** Met when an attempt of `job` begins to run. */
export const running = (job: JobReference): Condition => onStatus(job, 'RUNNING');
/** Met when `job` ends well. */
export const finished = (job: JobReference): Condition => onStatus(job, 'FINISHED');
/** Met when an attempt of `job` fails. */
export const failed = (job: JobReference): Condition => onStatus(job, 'FAILED');
/** Met when `job` was stopped. */
export const killed = (job: JobReference): Condition => onStatus(job, 'KILLED');
/** Met when every one of `conditions` is met, in whatever order. */
export const all = (...conditions: readonly Condition[]): Condition =>
  Object.freeze({ kind: 'all', of: conditions });
/** Met when one of `conditions` is met. */
export const any = (...conditions: readonly Condition[]): Condition =>
  Object.freeze({ kind: 'any', of: conditions });

/** The jobs whose status a condition looks at, each once. */
export function jobsOf(condition: Condition): ReadonlySet<string> {
  const found = new Set<string>();
  const pending: Condition[] = [condition];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === 'job_status') found.add(next.jobName);
    else pending.push(...next.of);
  }
  return found;
}

/** Whether a value, which may come from anywhere, has the shape of a condition; an empty all or any has not. */
export function isCondition(value: unknown): value is Condition {
  if (!isJsonObject(value)) return false;
  const { kind, of } = value;
  if (kind === 'job_status') return typeof value['jobName'] === 'string' && isStatus(value['status']);
  return (kind === 'all' || kind === 'any') && Array.isArray(of) && of.length > 0 && of.every(isCondition);
}
