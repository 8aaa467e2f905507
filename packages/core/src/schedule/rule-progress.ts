import type { EventLife } from '../define/conditions.ts';
import type { IndexedRule } from './rule-book.ts';

/** That an event meets a comparison. */
export interface LeafMark {
  /** The number of the comparison in its rule. */
  readonly leaf: number;
  /** Which of the sources that the comparison looks at the event has; opaque. */
  readonly source: string;
  /** The event. */
  readonly version: number;
}

/** How far one rule has come. A change costs in proportion to the groups that it makes met or unmet. */
export class RuleProgress {
  readonly #rule: IndexedRule;
  /** The marks of each comparison that has any (the version by the source), those that a firing uses up apart. */
  readonly #marks: Readonly<Record<EventLife, Map<number, Map<string, number>>>> = {
    ONCE: new Map(),
    REPEATED: new Map(),
  };
  /** How many members of each group are met; nothing for none. */
  readonly #met: number[] = [];

  constructor(rule: IndexedRule) {
    this.#rule = rule;
  }

  get isEmpty(): boolean {
    return this.#marks.ONCE.size === 0 && this.#marks.REPEATED.size === 0;
  }

  /** Whether the condition as a whole is met. */
  get isMet(): boolean {
    return this.#isGroupMet(0);
  }

  put(leaf: number, source: string, version: number): void {
    const byLeaf = this.#marksLike(leaf);
    const marks = byLeaf.get(leaf);
    if (marks !== undefined) {
      marks.set(source, version);
      return;
    }
    byLeaf.set(leaf, new Map([[source, version]]));
    this.#count(leaf, 1);
  }

  /** Whether there was such a mark. */
  forget(leaf: number, source: string): boolean {
    const byLeaf = this.#marksLike(leaf);
    const marks = byLeaf.get(leaf);
    if (marks?.delete(source) !== true) return false;
    if (marks.size === 0) {
      byLeaf.delete(leaf);
      this.#count(leaf, -1);
    }
    return true;
  }

  /** Removes the marks of all ONCE comparisons, and gives them. */
  useUp(): readonly LeafMark[] {
    const used = [...marksIn(this.#marks.ONCE)];
    for (const { leaf, source } of used) this.forget(leaf, source);
    return used;
  }

  *marks(): Generator<LeafMark, void, undefined> {
    for (const byLeaf of Object.values(this.#marks)) yield* marksIn(byLeaf);
  }

  #marksLike(leaf: number): Map<number, Map<string, number>> {
    return this.#marks[this.#rule.leaves[leaf]?.pattern.life ?? 'ONCE'];
  }

  /** Passes a change of a leaf on to its group, and upwards as long as groups become met or unmet by it. */
  #count(leaf: number, change: number): void {
    let group: number | null = this.#rule.leaves[leaf]?.group ?? null;
    while (group !== null) {
      const before = this.#isGroupMet(group);
      this.#met[group] = (this.#met[group] ?? 0) + change;
      if (this.#isGroupMet(group) === before) return;
      group = this.#rule.groups[group]?.parent ?? null;
    }
  }

  #isGroupMet(group: number): boolean {
    return (this.#met[group] ?? 0) >= (this.#rule.groups[group]?.needed ?? 0);
  }
}

function* marksIn(
  byLeaf: ReadonlyMap<number, ReadonlyMap<string, number>>,
): Generator<LeafMark, void, undefined> {
  for (const [leaf, marks] of byLeaf) {
    for (const [source, version] of marks) yield { leaf, source, version };
  }
}
