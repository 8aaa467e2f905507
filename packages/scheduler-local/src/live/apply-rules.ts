import type { JobAction, StatusChange } from '@aiflow/core';
import { applyStatusChange } from '@aiflow/core';
import type { RuleStateStore } from '../store/rule-states.ts';
import type { LiveExecution } from './live-state.ts';
import { progressOf } from './live-state.ts';
import type { IndexedRule } from './workflow-version.ts';

export interface RuleAction {
  readonly jobName: string;
  readonly action: JobAction;
}

/**
 * Tells a change to the rules that are about its job, and writes down what they remember. Of several rules for one
 * job that fire, all have used the change, and the first in order says what is done.
 */
export function applyRules(
  ruleStates: RuleStateStore,
  execution: LiveExecution,
  { jobName, status }: StatusChange,
): readonly RuleAction[] {
  const rules = execution.version.rulesAbout.get(jobName);
  if (rules === undefined) return [];
  const actions = new Map<string, RuleAction>();
  for (const rule of rules) {
    const action = tell(ruleStates, execution, rule, { jobName, status });
    const target = rule.rule.jobName;
    if (action !== null && !actions.has(target)) actions.set(target, { jobName: target, action });
  }
  return [...actions.values()];
}

function tell(
  ruleStates: RuleStateStore,
  execution: LiveExecution,
  { index, rule }: IndexedRule,
  change: StatusChange,
): JobAction | null {
  const progress = progressOf(execution, index);
  if (progress === null) return applyStatusChange(rule, {}, change).action;
  const seen = progress.see(change.jobName, change.status);
  if (progress.isMet) {
    const { action } = applyStatusChange(rule, progress.state, change);
    if (action !== null) {
      execution.progress.delete(index);
      ruleStates.clear(execution.seq, index);
      return action;
    }
  }
  if (seen === 'put') ruleStates.put(execution.seq, index, change.jobName, change.status);
  if (seen === 'forget') ruleStates.forget(execution.seq, index, change.jobName);
  return null;
}
