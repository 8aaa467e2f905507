import { Heap } from './heap.ts';

/** What falls due and when, by whichever clock; the holder of an item says by `dueAt` that it is not due any more. */
export class Timetable<Item extends { dueAt: number | null }> {
  readonly #items = new Heap<{ readonly at: number; readonly item: Item }>(({ at }) => at);

  /** An item is due once: what was said last counts. */
  set(item: Item, at: number): void {
    item.dueAt = at;
    this.#items.push({ at, item });
  }

  /** When the next is due; null when nothing is. */
  next(): number | null {
    for (let first = this.#items.peek(); first !== undefined; first = this.#items.peek()) {
      if (first.item.dueAt === first.at) return first.at;
      this.#items.pop();
    }
    return null;
  }

  /** An item that is due by now, which then is not any more; null when none is. */
  take(now: number): Item | null {
    const next = this.next();
    if (next === null || next > now) return null;
    const item = this.#items.pop()?.item ?? null;
    if (item !== null) item.dueAt = null;
    return item;
  }
}
