import type { IndexedRule, Rule, RuleBook, RuleEvent, RuleMatch } from './rule-book.ts';
import { sourceOf } from './rule-book.ts';
import type { LeafMark } from './rule-progress.ts';
import { RuleProgress } from './rule-progress.ts';

/** That an event meets a comparison of a rule: what a rule remembers, as a row to be stored. */
export interface RuleMark extends LeafMark {
  /** The rule's place in the list of rules. */
  readonly rule: number;
}

/**
 * What changed in the memory, to be stored with the event: `put` writes a mark over the one of the same rule, leaf and
 * source; `forget` removes it; `clear` removes all marks of a rule. `fired` says that a rule fired by the event of that
 * version; whoever tells events in the order of their versions need not keep it.
 */
export type RuleChange =
  | { readonly kind: 'put'; readonly mark: RuleMark }
  | { readonly kind: 'forget'; readonly rule: number; readonly leaf: number; readonly source: string }
  | { readonly kind: 'clear'; readonly rule: number }
  | { readonly kind: 'fired'; readonly rule: number; readonly version: number };

export interface RuleOutcome<R extends Rule = Rule> {
  /** The rules that fired, in order. Of several for one target the first says what is done. */
  readonly fired: readonly R[];
  readonly changes: readonly RuleChange[];
}

/**
 * What the rules of one execution remember, and when they fire: the one place that knows. No clock, no chance: the same
 * events give the same firings, and a memory made of the stored marks goes on where the last one was.
 *
 * A source is a namespace, type, sender and key; its latest event, the one told last, stands for it. A comparison is
 * met while the latest event of one of its sources has the value that it asks for (EQUALS), or once any event has come
 * (UPDATED). A rule fires by an event that meets one of its comparisons, when its whole condition is met: an event that
 * only comes with another value fires nothing. Firing uses up the events of its ONCE comparisons; REPEATED ones stay
 * met. An event that is not newer than the one of the last firing counts for REPEATED comparisons only. Every rule that
 * fires has used its events, also when another acts.
 */
export class RuleMemory<R extends Rule = Rule> {
  readonly #book: RuleBook<R>;
  readonly #progress = new Map<number, RuleProgress>();
  readonly #firedAt: Map<number, number>;

  constructor(
    book: RuleBook<R>,
    marks: Iterable<RuleMark> = [],
    firedAt: Iterable<readonly [rule: number, version: number]> = [],
  ) {
    this.#book = book;
    this.#firedAt = new Map(firedAt);
    for (const { rule: index, leaf, source, version } of marks) {
      const rule = book.rules[index];
      if (rule?.leaves[leaf] !== undefined) this.#progressOf(rule).put(leaf, source, version);
    }
  }

  /** Tells the rules of an event. */
  apply(event: RuleEvent): RuleOutcome<R> {
    const fired: R[] = [];
    const changes: RuleChange[] = [];
    for (const match of this.#book.matching(event)) {
      if (this.#tell(match, event, changes)) fired.push(match.rule.rule);
    }
    return { fired, changes };
  }

  /** All that is remembered, rule by rule. */
  *marks(): Generator<RuleMark, void, undefined> {
    for (const [rule, progress] of this.#progress) {
      for (const mark of progress.marks()) yield { rule, ...mark };
    }
  }

  get firedAt(): ReadonlyMap<number, number> {
    return this.#firedAt;
  }

  /** Whether the rule fires. */
  #tell({ rule, leaves }: RuleMatch<R>, event: RuleEvent, changes: RuleChange[]): boolean {
    const { index } = rule;
    const progress = this.#progressOf(rule);
    const hadMarks = !progress.isEmpty;
    const isLate = event.version <= (this.#firedAt.get(index) ?? 0);
    const own: RuleChange[] = [];
    let meetsOne = false;
    for (const leaf of leaves) {
      const comparison = rule.leaves[leaf];
      if (comparison === undefined || (isLate && comparison.pattern.life === 'ONCE')) continue;
      const { pattern } = comparison;
      const source = sourceOf(comparison, event);
      if (pattern.valueCondition === 'UPDATED' || pattern.value === event.value) {
        meetsOne = true;
        progress.put(leaf, source, event.version);
        own.push({ kind: 'put', mark: { rule: index, leaf, source, version: event.version } });
      } else if (progress.forget(leaf, source)) {
        own.push({ kind: 'forget', rule: index, leaf, source });
      }
    }
    const fires = meetsOne && progress.isMet;
    // What a forgetful rule put by this very event was never stored, so there may be nothing to clear.
    if (!fires || !rule.isForgetful) for (const change of own) changes.push(change);
    else if (hadMarks) changes.push({ kind: 'clear', rule: index });
    if (fires) this.#fire(rule, progress, event, changes);
    if (progress.isEmpty) this.#progress.delete(index);
    return fires;
  }

  /** Uses up what the ONCE comparisons of a rule were met by. */
  #fire(rule: IndexedRule<R>, progress: RuleProgress, event: RuleEvent, changes: RuleChange[]): void {
    const { index } = rule;
    const version = Math.max(event.version, this.#firedAt.get(index) ?? 0);
    this.#firedAt.set(index, version);
    changes.push({ kind: 'fired', rule: index, version });
    for (const { leaf, source } of progress.useUp()) {
      if (!rule.isForgetful) changes.push({ kind: 'forget', rule: index, leaf, source });
    }
  }

  #progressOf(rule: IndexedRule): RuleProgress {
    const found = this.#progress.get(rule.index) ?? new RuleProgress(rule);
    this.#progress.set(rule.index, found);
    return found;
  }
}
