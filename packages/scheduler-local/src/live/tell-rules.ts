import type { JobRule, RuleEvent } from '@aiflow/core';
import type { RuleMarkStore } from '../store/rule-marks.ts';
import type { LiveExecution } from './live-state.ts';

/**
 * Tells the rules of an execution an event, writes down what they remember, and gives the rules that act: of several
 * for one job the first, for the event is used up by all.
 */
export function tellRules(
  marks: RuleMarkStore,
  execution: LiveExecution,
  event: RuleEvent,
): readonly JobRule[] {
  const { fired, changes } = execution.memory.apply(event);
  if (changes.length > 0) marks.apply(execution.seq, changes);
  const acting = new Map<string, JobRule>();
  for (const rule of fired) if (!acting.has(rule.jobName)) acting.set(rule.jobName, rule);
  return [...acting.values()];
}
