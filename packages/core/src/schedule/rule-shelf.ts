import type { RuleBook, RuleEvent } from './rule-book.ts';
import { valuesOf } from './rule-book.ts';

/**
 * Many rule books and whose they are: an event finds the owners whose rules look at it, and costs nothing for the others.
 */
export class RuleShelf<Owner> {
  /** For each set of fields that patterns name: the owners by the values of those fields. */
  readonly #byFields = new Map<number, Map<string, Set<Owner>>>();

  add(owner: Owner, book: RuleBook): void {
    for (const [fields, values] of book.lookedAt()) {
      const byValues = this.#byFields.get(fields) ?? new Map<string, Set<Owner>>();
      this.#byFields.set(fields, byValues);
      const owners = byValues.get(values);
      if (owners === undefined) byValues.set(values, new Set([owner]));
      else owners.add(owner);
    }
  }

  /** Takes away a book that was added for this owner. */
  remove(owner: Owner, book: RuleBook): void {
    for (const [fields, values] of book.lookedAt()) {
      const byValues = this.#byFields.get(fields);
      const owners = byValues?.get(values);
      owners?.delete(owner);
      if (owners?.size === 0) byValues?.delete(values);
      if (byValues?.size === 0) this.#byFields.delete(fields);
    }
  }

  /** Those with a rule that looks at this event, each once. */
  hearing(event: RuleEvent): Owner[] {
    const found = new Set<Owner>();
    for (const [fields, byValues] of this.#byFields) {
      for (const owner of byValues.get(valuesOf(event, fields)) ?? []) found.add(owner);
    }
    return [...found];
  }
}
