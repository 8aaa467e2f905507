import { jobsOf, leavesOf } from './condition-shape.ts';
import type { Condition } from './conditions.ts';
import { ended, failed } from './conditions.ts';
import type { JobConfig } from './graph.ts';
import type { RunCondition } from './policy.ts';
import type { JobRule } from './rules.ts';

/**
 * The rules as they are meant under the run conditions of their jobs ({@link RunCondition}), so that whoever follows
 * them need not know of run conditions. The same list when there is nothing to change.
 */
export function applyRunConditions(
  rules: readonly JobRule[],
  jobs: readonly JobConfig[],
): readonly JobRule[] {
  const changed = new Map<string, RunCondition>();
  for (const { jobName, runCondition } of jobs) {
    if (runCondition !== undefined && runCondition !== 'upstream_finished')
      changed.set(jobName, runCondition);
  }
  if (changed.size === 0) return rules;
  return rules.map((rule) => {
    const runCondition = changed.get(rule.jobName);
    if (runCondition === undefined || rule.action !== 'START') return rule;
    const read = runCondition === 'upstream_ended' ? whenEnded : whenFailed;
    return { ...rule, condition: read(rule.condition) };
  });
}

function isFinished(leaf: Condition): boolean {
  return leaf.kind === 'job_status' && leaf.status === 'FINISHED';
}

function whenEnded(condition: Condition): Condition {
  if (condition.kind === 'all' || condition.kind === 'any') {
    return { kind: condition.kind, of: condition.of.map(whenEnded) };
  }
  return condition.kind === 'job_status' && isFinished(condition) ? ended(condition) : condition;
}

function whenFailed(condition: Condition): Condition {
  if (leavesOf(condition).every(isFinished)) return oneFailed([condition]);
  if (condition.kind !== 'all' && condition.kind !== 'any') return condition;
  const parts = Map.groupBy(condition.of, (part) => leavesOf(part).every(isFinished));
  const [upstream, rest] = [parts.get(true), parts.get(false) ?? []];
  return { kind: condition.kind, of: [...(upstream ? [oneFailed(upstream)] : []), ...rest.map(whenFailed)] };
}

function oneFailed(upstream: readonly Condition[]): Condition {
  const names = new Set(upstream.flatMap((part) => [...jobsOf(part)]));
  const of = [...names].map((jobName) => failed({ jobName }));
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { kind: 'any', of };
}
