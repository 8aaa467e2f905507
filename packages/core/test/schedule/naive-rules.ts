import type { Condition, EventCondition, JobRule, JobStatusCondition, RuleEvent } from '../../src/index.ts';

interface Told {
  readonly event: RuleEvent;
  /** Whether it was not newer than the last firing of the rule when it was told. */
  readonly isLate: boolean;
}

/**
 * The semantics of rules as the documents tell them, written down as plainly as can be: every rule keeps every event
 * and asks its whole condition again at each one. What `RuleMemory` does with an index and marks must come to the same.
 */
export class NaiveRule {
  readonly #condition: Condition;
  readonly #told: Told[] = [];
  /** How many of the events had been told when it last fired, and the highest version that it fired by. */
  #used = 0;
  #firedAt = 0;

  constructor({ condition }: JobRule) {
    this.#condition = condition;
  }

  /** Whether the rule fires by this event. */
  tell(event: RuleEvent): boolean {
    const told = { event, isLate: event.version <= this.#firedAt };
    this.#told.push(told);
    const meetsOne = leaves(this.#condition).some(
      (leaf) => counts(leaf, told) && concerns(leaf, event) && hasValue(leaf, event),
    );
    if (!meetsOne || !this.#isMet(this.#condition)) return false;
    this.#used = this.#told.length;
    this.#firedAt = Math.max(this.#firedAt, event.version);
    return true;
  }

  #isMet(condition: Condition): boolean {
    switch (condition.kind) {
      case 'all':
        return condition.of.every((part) => this.#isMet(part));
      case 'any':
        return condition.of.some((part) => this.#isMet(part));
      case 'event':
      case 'job_status':
        return this.#isLeafMet(condition);
    }
  }

  #isLeafMet(leaf: Leaf): boolean {
    const told = lifeOf(leaf) === 'ONCE' ? this.#told.slice(this.#used) : this.#told;
    const latest = new Map<string, RuleEvent>();
    for (const each of told) {
      if (counts(leaf, each) && concerns(leaf, each.event))
        latest.set(sourceOf(leaf, each.event), each.event);
    }
    return [...latest.values()].some((event) => hasValue(leaf, event));
  }
}

type Leaf = EventCondition | JobStatusCondition;

function leaves(condition: Condition): readonly Leaf[] {
  return condition.kind === 'all' || condition.kind === 'any' ? condition.of.flatMap(leaves) : [condition];
}

function lifeOf(leaf: Leaf): 'ONCE' | 'REPEATED' {
  return leaf.kind === 'event' ? leaf.life : 'ONCE';
}

function counts(leaf: Leaf, { isLate }: Told): boolean {
  return !isLate || lifeOf(leaf) === 'REPEATED';
}

function concerns(leaf: Leaf, event: RuleEvent): boolean {
  if (leaf.kind === 'job_status') {
    return event.eventType === 'JOB_STATUS_CHANGED' && event.key === leaf.jobName;
  }
  const fits = (wanted: string | null, found: string | null): boolean => wanted === '*' || wanted === found;
  return (
    fits(leaf.namespace, event.namespace) &&
    fits(leaf.eventType, event.eventType) &&
    fits(leaf.sender, event.sender) &&
    fits(leaf.key, event.key)
  );
}

function hasValue(leaf: Leaf, event: RuleEvent): boolean {
  if (leaf.kind === 'job_status') return event.value === leaf.status;
  return leaf.valueCondition === 'UPDATED' || event.value === leaf.value;
}

/** A job is one source, whoever tells of it. */
function sourceOf(leaf: Leaf, { namespace, eventType, sender, key }: RuleEvent): string {
  return JSON.stringify(leaf.kind === 'job_status' ? [] : [namespace, eventType, sender, key]);
}
