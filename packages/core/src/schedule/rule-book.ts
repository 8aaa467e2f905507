import type { Condition, EventCondition, JobStatusCondition } from '../define/conditions.ts';
import type { Event } from '../observe/event.ts';
import { statusEventTypes } from '../observe/event.ts';

/** What rules look at in an event. */
export type RuleEvent = Pick<Event, 'version' | 'key' | 'value' | 'eventType' | 'namespace' | 'sender'>;

/** Anything that has a condition: a rule of a job, or of a workflow. */
export interface Rule {
  readonly condition: Condition;
}

/** One comparison of a rule, and the group of conditions that it counts for. */
export interface RuleLeaf {
  readonly pattern: EventCondition;
  /** The fields, as bits, by which the sources of what it looks at differ: those that the pattern does not name. */
  readonly open: number;
  readonly group: number;
}

/** A group of conditions (`all`, `any`): met when `needed` of its members are. The first is the root. */
interface RuleGroup {
  readonly needed: number;
  readonly parent: number | null;
}

/** A rule as it is followed: its comparisons by number, in the order of the condition. */
export interface IndexedRule<R extends Rule = Rule> {
  /** Its place in the list: its identity within this version of the workflow, and its rank. */
  readonly index: number;
  readonly rule: R;
  readonly leaves: readonly RuleLeaf[];
  readonly groups: readonly RuleGroup[];
  /** Whether every comparison is used up by a firing, so that nothing is remembered across one. */
  readonly isForgetful: boolean;
}

/** A rule, and the comparisons of it that look at a certain event. */
export interface RuleMatch<R extends Rule = Rule> {
  readonly rule: IndexedRule<R>;
  /** Numbers of leaves, rising. */
  readonly leaves: readonly number[];
}

/**
 * The rules of one workflow, found by what they look at: an event costs in proportion to the comparisons that look at
 * it, however many rules there are. Never changes, so executions share it.
 */
export class RuleBook<R extends Rule = Rule> {
  readonly rules: readonly IndexedRule<R>[];
  /** For each set of fields that patterns name: the comparisons by the values of those fields. */
  readonly #byFields = new Map<number, Map<string, { rule: IndexedRule<R>; leaves: number[] }[]>>();

  constructor(rules: readonly R[]) {
    this.rules = rules.map(indexRule);
    for (const rule of this.rules) {
      for (const [number, leaf] of rule.leaves.entries()) this.#add(rule, number, leaf.pattern);
    }
  }

  /** The rules that look at this event, in order, each with the comparisons that do. */
  matching(event: RuleEvent): readonly RuleMatch<R>[] {
    const found: RuleMatch<R>[] = [];
    for (const [fields, byValues] of this.#byFields) {
      for (const match of byValues.get(valuesOf(event, fields)) ?? []) found.push(match);
    }
    return this.#byFields.size > 1 && found.length > 1 ? inOrder(found) : found;
  }

  /** What its rules look at: sets of fields that patterns name, each with the values of those fields. */
  *lookedAt(): Generator<readonly [fields: number, values: string], void, undefined> {
    for (const [fields, byValues] of this.#byFields) {
      for (const values of byValues.keys()) yield [fields, values];
    }
  }

  #add(rule: IndexedRule<R>, leaf: number, pattern: EventCondition): void {
    const fields = fieldsOf(pattern);
    const byValues =
      this.#byFields.get(fields) ?? new Map<string, { rule: IndexedRule<R>; leaves: number[] }[]>();
    this.#byFields.set(fields, byValues);
    const values = valuesOf(pattern, fields);
    const matches = byValues.get(values);
    const last = matches?.at(-1);
    if (matches === undefined) byValues.set(values, [{ rule, leaves: [leaf] }]);
    else if (last?.rule === rule) last.leaves.push(leaf);
    else matches.push({ rule, leaves: [leaf] });
  }
}

/** Matches from several sets of fields, as one list with each rule once. */
function inOrder<R extends Rule>(matches: readonly RuleMatch<R>[]): RuleMatch<R>[] {
  const byRule = Map.groupBy(matches, (match) => match.rule);
  return [...byRule]
    .map(([rule, parts]) => ({ rule, leaves: parts.flatMap((part) => part.leaves).sort((a, b) => a - b) }))
    .sort((a, b) => a.rule.index - b.rule.index);
}

const fieldNames = ['namespace', 'eventType', 'sender', 'key'] as const;
const allFields = (1 << fieldNames.length) - 1;

/** Which fields a pattern names, as bits: `*` names none. */
function fieldsOf(pattern: EventCondition): number {
  return fieldNames.reduce((bits, name, bit) => (pattern[name] === '*' ? bits : bits | (1 << bit)), 0);
}

/** The values of a set of fields, as one text. */
export function valuesOf(of: Pick<RuleEvent, (typeof fieldNames)[number]>, fields: number): string {
  return JSON.stringify(fieldNames.map((name, bit) => ((fields & (1 << bit)) === 0 ? 0 : of[name])));
}

/**
 * Which of the events that a comparison looks at this is: a later one from the same source takes the place of the one
 * before. What only has to come has one source.
 */
export function sourceOf({ pattern, open }: RuleLeaf, event: RuleEvent): string {
  return open === 0 || pattern.valueCondition === 'UPDATED' ? '' : valuesOf(event, open);
}

function indexRule<R extends Rule>(rule: R, index: number): IndexedRule<R> {
  const leaves: RuleLeaf[] = [];
  const groups: RuleGroup[] = [{ needed: 1, parent: null }];
  const add = (condition: Condition, parent: number): void => {
    if (condition.kind === 'all' || condition.kind === 'any') {
      const group = groups.push({ needed: condition.kind === 'all' ? condition.of.length : 1, parent }) - 1;
      for (const part of condition.of) add(part, group);
    } else if (condition.kind === 'event') {
      leaves.push({ pattern: condition, open: allFields & ~fieldsOf(condition), group: parent });
    } else {
      leaves.push({ pattern: statusPattern(condition), open: 0, group: parent });
    }
  };
  add(rule.condition, 0);
  return { index, rule, leaves, groups, isForgetful: leaves.every((leaf) => leaf.pattern.life === 'ONCE') };
}

/** The status of a job is an event like any other, from one source: rules are told those of their own execution. */
function statusPattern({ jobName, status }: JobStatusCondition): EventCondition {
  return {
    kind: 'event',
    key: jobName,
    value: status,
    valueCondition: 'EQUALS',
    eventType: statusEventTypes.job,
    namespace: '*',
    sender: '*',
    life: 'ONCE',
  };
}
