import { AIFlowError } from '../errors.ts';
import { jobsOf } from './condition-shape.ts';
import type { Condition } from './conditions.ts';
import type { JobConfig } from './graph.ts';
import type { JobRule } from './rules.ts';
import { canStart } from './startable.ts';

/** Throws `define.cycle`, with the path in its context, when jobs wait for each other and could never start. */
export function checkCycle(jobs: readonly JobConfig[], rules: readonly JobRule[]): void {
  if (!rules.some(isWait)) return;
  const order = new Map<string, number>();
  for (const { jobName } of jobs) order.set(jobName, order.size);
  if (isInOrder(rules, order)) return;
  const startable = canStart(jobs, rules, order);
  const stuck = jobs[startable.indexOf(0)];
  if (stuck === undefined) return;
  const cycle = followToCycle(stuck.jobName, rules, (jobName) => startable[order.get(jobName) ?? -1] === 1);
  const rest = cycle.length > 20 ? ` … (${cycle.length - 1} jobs)` : '';
  throw new AIFlowError(
    'define.cycle',
    `these jobs wait for each other and could never start: ${cycle.slice(0, 20).join(' → ')}${rest}; take one of the ` +
      'rules out, or let an event or a schedule start one of the jobs',
    { context: { path: cycle } },
  );
}

function isWait({ action }: JobRule): boolean {
  return action === 'START';
}

/** Whether each job waits for jobs before it only, as most workflows are written: then all can start, in that order. */
function isInOrder(rules: readonly JobRule[], order: ReadonlyMap<string, number>): boolean {
  return rules.every(
    (rule) => !isWait(rule) || looksBefore(rule.condition, order.get(rule.jobName) ?? 0, order),
  );
}

function looksBefore(condition: Condition, at: number, order: ReadonlyMap<string, number>): boolean {
  switch (condition.kind) {
    case 'job_status':
      return (order.get(condition.jobName) ?? at) < at;
    case 'event':
      return true;
    case 'all':
    case 'any':
      return condition.of.length > 0 && condition.of.every((part) => looksBefore(part, at, order));
  }
}

/** From a job that cannot start, every rule leads to another that cannot: walking on must come back. */
function followToCycle(
  from: string,
  rules: readonly JobRule[],
  isStartable: (jobName: string) => boolean,
): readonly string[] {
  const waits = new Map<string, JobRule>();
  for (const rule of rules) if (isWait(rule) && !waits.has(rule.jobName)) waits.set(rule.jobName, rule);
  const path: string[] = [];
  const seenAt = new Map<string, number>();
  for (let at: string | undefined = from; at !== undefined;) {
    const before = seenAt.get(at);
    if (before !== undefined) return [...path.slice(before), at];
    seenAt.set(at, path.length);
    path.push(at);
    const rule: JobRule | undefined = waits.get(at);
    at =
      rule === undefined ? undefined : [...jobsOf(rule.condition)].find((jobName) => !isStartable(jobName));
  }
  return path;
}
