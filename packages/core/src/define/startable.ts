import { leavesOf } from './condition-shape.ts';
import type { Condition } from './conditions.ts';
import type { JobConfig } from './graph.ts';
import type { JobRule } from './rules.ts';

/**
 * Which jobs can ever start, 1 or 0 for each, in the order of `jobs`; `order` holds each name's place there. A job can
 * start when it has no START rule, when it has a schedule, or when one of its rules (START, or RESTART, which starts a
 * job that never ran) can be met by jobs that can start or by an event: the least set of which that holds. Takes time
 * in proportion to jobs and rules.
 */
export function canStart(
  jobs: readonly JobConfig[],
  rules: readonly JobRule[],
  order: ReadonlyMap<string, number>,
): Uint8Array {
  const placeOf = (jobName: string): number => order.get(jobName) ?? -1; // -1 is no job, and never starts
  const starting = rules.filter(({ action }) => action === 'START' || action === 'RESTART');
  const targets = Int32Array.from(starting, ({ jobName }) => placeOf(jobName));
  const waits = new Uint8Array(jobs.length);
  for (const [index, { action }] of starting.entries())
    if (action === 'START') waits[targets[index] ?? -1] = 1;
  const listeners = listenersOf(starting, jobs.length, placeOf);
  const startable = new Uint8Array(jobs.length);
  const pending: number[] = [];
  const start = (job: number): void => {
    if (startable[job] !== 0) return;
    startable[job] = 1;
    pending.push(job);
  };
  const startIfMet = (index: number): void => {
    const job = targets[index] ?? -1;
    const condition = starting[index]?.condition;
    if (condition === undefined || startable[job] !== 0) return;
    if (condition.kind === 'job_status' || canBeMet(condition, startable, placeOf)) start(job);
  };
  for (const [job, { schedules = [] }] of jobs.entries())
    if (waits[job] === 0 || schedules.length > 0) start(job);
  // By events alone; one that looks at a single job is come to from that job.
  for (const [index, { condition }] of starting.entries())
    if (condition.kind !== 'job_status') startIfMet(index);
  for (let job = pending.pop(); job !== undefined; job = pending.pop())
    for (let at = listeners.first[job] ?? -1; at >= 0; at = listeners.next[at] ?? -1)
      startIfMet(listeners.rule[at] ?? -1);
  return startable;
}

/** For each job the rules that look at it, as lists in arrays: an array for each job would be much garbage. */
interface Listeners {
  readonly first: Int32Array;
  readonly next: readonly number[];
  readonly rule: readonly number[];
}

function listenersOf(
  rules: readonly JobRule[],
  jobs: number,
  placeOf: (jobName: string) => number,
): Listeners {
  const first = new Int32Array(jobs).fill(-1);
  const next: number[] = [];
  const rule: number[] = [];
  for (const [index, { condition }] of rules.entries()) {
    for (const leaf of leavesOf(condition)) {
      const job = leaf.kind === 'job_status' ? placeOf(leaf.jobName) : -1;
      if (job < 0) continue;
      const last = first[job] ?? -1;
      if (last >= 0 && rule[last] === index) continue; // each rule once, however often it names the job
      next.push(last);
      first[job] = rule.push(index) - 1;
    }
  }
  return { first, next, rule };
}

function canBeMet(
  condition: Condition,
  startable: Uint8Array,
  placeOf: (jobName: string) => number,
): boolean {
  switch (condition.kind) {
    case 'job_status':
      return startable[placeOf(condition.jobName)] === 1;
    case 'event':
      return true;
    case 'all':
      return condition.of.every((part) => canBeMet(part, startable, placeOf));
    case 'any':
      return condition.of.some((part) => canBeMet(part, startable, placeOf));
  }
}
