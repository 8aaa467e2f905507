import type { JobAction, JobRule } from '../define/rules.ts';
import type { Rule, RuleEvent } from './rule-book.ts';
import { RuleBook } from './rule-book.ts';
import { RuleMemory } from './rule-memory.ts';
import type { LeafMark } from './rule-progress.ts';

/** What a rule remembers, as plain data. */
export interface RuleState {
  /** The version of the event that it last fired by; 0 before. */
  readonly firedAt: number;
  readonly marks: readonly LeafMark[];
}

/**
 * Tells one rule of one event: whether it fires, and what it remembers from then on. The pure form of
 * {@link RuleMemory}, which follows many rules at once and by which this is done. `state` null is a rule that was told
 * nothing yet.
 */
export function applyEvent(
  rule: Rule,
  state: RuleState | null,
  event: RuleEvent,
): { readonly fires: boolean; readonly state: RuleState } {
  const { marks, firedAt } = state ?? { marks: [], firedAt: 0 };
  const before = marks.map((mark) => ({ rule: 0, ...mark }));
  const memory = new RuleMemory(new RuleBook([rule]), before, [[0, firedAt]]);
  const { fired } = memory.apply(event);
  const after = [...memory.marks()].map(({ leaf, source, version }) => ({ leaf, source, version }));
  return { fires: fired.length > 0, state: { firedAt: memory.firedAt.get(0) ?? 0, marks: after } };
}

/** What is to be done to a job. */
export interface RuleAction {
  readonly jobName: string;
  readonly action: Exclude<JobAction, 'NONE'>;
}

/**
 * What the rules that fired by one event, in order, ask for: of each job the action of its first rule. A job whose first
 * rule says NONE is left alone.
 */
export function firstActions(fired: readonly JobRule[]): readonly RuleAction[] {
  const first = new Map<string, JobAction>();
  for (const { jobName, action } of fired) if (!first.has(jobName)) first.set(jobName, action);
  return [...first].flatMap(([jobName, action]) => (action === 'NONE' ? [] : [{ jobName, action }]));
}
