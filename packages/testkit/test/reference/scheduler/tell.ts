import type { Event, JobRule, RuleAction } from '@aiflow/core';
import { applyEvent, firstActions } from '@aiflow/core';
import type { StoredExecution } from './store.ts';

/** Tells every rule of an execution an event; gives what is to be done. */
export function actionsOn({ definition, ruleStates }: StoredExecution, event: Event): readonly RuleAction[] {
  const fired: JobRule[] = [];
  for (const [index, rule] of definition.workflow.rules.entries()) {
    const { fires, state } = applyEvent(rule, ruleStates[index] ?? null, event);
    ruleStates[index] = state;
    if (fires) fired.push(rule);
  }
  return firstActions(fired);
}
