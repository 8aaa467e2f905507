import { AIFlowError } from '../errors.ts';
import type { Condition } from './conditions.ts';
import { jobsOf } from './conditions.ts';
import type { JobConfig } from './graph.ts';
import type { JobRule } from './rules.ts';

/** Throws `define.cycle`, with the path in its context, when jobs wait for each other and could never start. */
export function checkCycle(jobs: readonly JobConfig[], rules: readonly JobRule[]): void {
  const names = jobs.map((job) => job.jobName);
  const scheduled = jobs.filter((job) => (job.schedules?.length ?? 0) > 0).map((job) => job.jobName);
  const cycle = findRuleCycle(names, rules, new Set(scheduled));
  if (cycle === null) return;
  const rest = cycle.length > 20 ? ` … (${cycle.length - 1} jobs)` : '';
  throw new AIFlowError(
    'define.cycle',
    `these jobs wait for each other and could never start: ${cycle.slice(0, 20).join(' → ')}${rest}; take one of the ` +
      'rules out, or let an event or a schedule start one of the jobs',
    { context: { path: cycle } },
  );
}

/**
 * A cycle of jobs that could never start because each waits for the next, as `[a, b, a]`, or null when every job can
 * start. A job can start when it has no START rule, when it is one of `scheduled`, or when one of its rules (START, or
 * RESTART, which starts a job that never ran) can be met by jobs that can start or by an event: the least set of which
 * that holds is computed, and a cycle is looked for only among the rest. Takes time in proportion to jobs and rules.
 */
function findRuleCycle(
  jobNames: readonly string[],
  rules: readonly JobRule[],
  scheduled: ReadonlySet<string>,
): readonly string[] | null {
  const startRules = rules.filter((rule) => rule.action === 'START' || rule.action === 'RESTART');
  const waiting = new Map<string, JobRule[]>();
  const listeners = new Map<string, JobRule[]>();
  for (const rule of startRules) {
    if (rule.action === 'START') append(waiting, rule.jobName, rule);
    for (const jobName of jobsOf(rule.condition)) append(listeners, jobName, rule);
  }
  if (waiting.size === 0) return null;
  const startable = new Set<string>();
  const pending = jobNames.filter((jobName) => !waiting.has(jobName) || scheduled.has(jobName));
  for (const rule of startRules) if (canBeMet(rule.condition, startable)) pending.push(rule.jobName); // by events alone
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (startable.has(next)) continue;
    startable.add(next);
    for (const rule of listeners.get(next) ?? []) {
      if (!startable.has(rule.jobName) && canBeMet(rule.condition, startable)) pending.push(rule.jobName);
    }
  }
  const stuck = jobNames.find((jobName) => !startable.has(jobName));
  return stuck === undefined ? null : followToCycle(stuck, waiting, startable);
}

function append(map: Map<string, JobRule[]>, key: string, rule: JobRule): void {
  const found = map.get(key);
  if (found === undefined) map.set(key, [rule]);
  else found.push(rule);
}

function canBeMet(condition: Condition, startable: ReadonlySet<string>): boolean {
  switch (condition.kind) {
    case 'job_status':
      return startable.has(condition.jobName);
    case 'event':
      return true;
    case 'all':
      return condition.of.every((part) => canBeMet(part, startable));
    case 'any':
      return condition.of.some((part) => canBeMet(part, startable));
  }
}

/** From a job that cannot start, every rule leads to another that cannot: walking on must come back. */
function followToCycle(
  from: string,
  waiting: ReadonlyMap<string, readonly JobRule[]>,
  startable: ReadonlySet<string>,
): readonly string[] {
  const path: string[] = [];
  const seenAt = new Map<string, number>();
  for (let at: string | undefined = from; at !== undefined;) {
    const before = seenAt.get(at);
    if (before !== undefined) return [...path.slice(before), at];
    seenAt.set(at, path.length);
    path.push(at);
    const rule: JobRule | undefined = waiting.get(at)?.[0];
    at =
      rule === undefined ? undefined : [...jobsOf(rule.condition)].find((jobName) => !startable.has(jobName));
  }
  return path;
}
