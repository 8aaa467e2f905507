import type { Condition, EventCondition, JobStatusCondition } from '@aiflow/core';
import { statusEventTypes } from '@aiflow/core';
import type { ModelEvent } from './state.ts';

/** What one rule was told, and how much of it its last firing used up. */
export interface RuleHistory {
  readonly told: ModelEvent[];
  used: number;
}

/** Rules as decision 22 tells them: each keeps every event and asks its whole condition again at each one. */
export function newHistories(rules: readonly unknown[]): RuleHistory[] {
  return rules.map(() => ({ told: [], used: 0 }));
}

/** Tells a rule of an event; gives whether it fires by it. */
export function tellRule(condition: Condition, history: RuleHistory, event: ModelEvent): boolean {
  const leaves = leavesOf(condition);
  if (!leaves.some((leaf) => looksAt(leaf, event))) return false;
  history.told.push(event);
  const meetsOne = leaves.some((leaf) => looksAt(leaf, event) && hasValue(leaf, event));
  if (!meetsOne || !isMet(condition, history)) return false;
  history.used = history.told.length;
  return true;
}

/** Whether anything of what a rule was told still counts. */
export function remembers(condition: Condition, history: RuleHistory): boolean {
  return leavesOf(condition).some((leaf) => isLeafMet(leaf, history));
}

export function looksAtAny(rules: readonly { readonly condition: Condition }[], event: ModelEvent): boolean {
  return rules.some(({ condition }) => leavesOf(condition).some((leaf) => looksAt(leaf, event)));
}

export function waitsForOutside(condition: Condition): boolean {
  return leavesOf(condition).some(({ kind }) => kind === 'event');
}

type Leaf = EventCondition | JobStatusCondition;

function leavesOf(condition: Condition): readonly Leaf[] {
  return condition.kind === 'all' || condition.kind === 'any' ? condition.of.flatMap(leavesOf) : [condition];
}

function isMet(condition: Condition, history: RuleHistory): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => isMet(part, history));
    case 'any':
      return condition.of.some((part) => isMet(part, history));
    case 'event':
    case 'job_status':
      return isLeafMet(condition, history);
  }
}

function isLeafMet(leaf: Leaf, { told, used }: RuleHistory): boolean {
  const isOnce = leaf.kind === 'job_status' || leaf.life === 'ONCE';
  const latest = new Map<string, ModelEvent>();
  for (const event of isOnce ? told.slice(used) : told) {
    const { namespace, eventType, sender, key } = event;
    const source = leaf.kind === 'job_status' ? '' : JSON.stringify([namespace, eventType, sender, key]);
    if (looksAt(leaf, event)) latest.set(source, event);
  }
  return [...latest.values()].some((event) => hasValue(leaf, event));
}

function looksAt(leaf: Leaf, event: ModelEvent): boolean {
  if (leaf.kind === 'job_status')
    return event.eventType === statusEventTypes.job && event.key === leaf.jobName;
  return (['namespace', 'eventType', 'sender', 'key'] as const).every(
    (field) => leaf[field] === '*' || leaf[field] === event[field],
  );
}

function hasValue(leaf: Leaf, { value }: ModelEvent): boolean {
  if (leaf.kind === 'job_status') return value === leaf.status;
  return leaf.valueCondition === 'UPDATED' || value === leaf.value;
}
