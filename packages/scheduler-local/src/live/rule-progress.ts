import type { RuleState, Status } from '@aiflow/core';
import type { IndexedRule } from './workflow-version.ts';

/**
 * How far a rule with several comparisons has come since it last fired. It says when the rule is worth asking, so
 * that a rule about 10,000 jobs is not walked 10,000 times; whether it fires is core's `applyStatusChange` to decide.
 * A change costs in proportion to the comparisons that name its job.
 */
export class RuleProgress {
  readonly #rule: IndexedRule;
  readonly #met: number[];
  readonly #seen = new Map<string, Status>();

  constructor(rule: IndexedRule) {
    this.#rule = rule;
    this.#met = (rule.groups ?? []).map(() => 0);
  }

  /** What `applyStatusChange` takes. Statuses that no comparison names are left out: they change no answer. */
  get state(): RuleState {
    return Object.fromEntries(this.#seen);
  }

  /**
   * The status that this job came to; null, also for statuses that no comparison names, when it counts as nothing.
   * Gives what to write down: `put`, `forget`, or nothing.
   */
  see(jobName: string, status: Status): 'put' | 'forget' | null {
    const leaves = this.#rule.leaves.get(jobName) ?? [];
    const before = this.#seen.get(jobName);
    const now = leaves.some((leaf) => leaf.status === status) ? status : undefined;
    if (now === before) return null;
    for (const leaf of leaves) {
      const change = Number(leaf.status === now) - Number(leaf.status === before);
      if (change !== 0) this.#count(leaf.group, change);
    }
    if (now === undefined) this.#seen.delete(jobName);
    else this.#seen.set(jobName, now);
    return now === undefined ? 'forget' : 'put';
  }

  /** Whether the condition as a whole is met by what was seen. */
  get isMet(): boolean {
    return this.#isGroupMet(0);
  }

  /** Passes a change of a member on to the group, and upwards as long as groups become met or unmet by it. */
  #count(from: number, change: number): void {
    for (
      let group: number | null = from;
      group !== null;
      group = this.#rule.groups?.[group]?.parent ?? null
    ) {
      const before = this.#isGroupMet(group);
      this.#met[group] = (this.#met[group] ?? 0) + change;
      if (this.#isGroupMet(group) === before) return;
    }
  }

  #isGroupMet(group: number): boolean {
    return (this.#met[group] ?? 0) >= (this.#rule.groups?.[group]?.needed ?? 0);
  }
}
