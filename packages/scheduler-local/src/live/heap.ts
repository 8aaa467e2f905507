/** Items in an order of their own: the first is found at once, and one is put in or taken out in logarithmic time. */
export class Heap<Item> {
  readonly #items: Item[] = [];
  readonly #rank: (item: Item) => number;

  /** The item of the lowest rank comes first. A rank never changes while its item is in here. */
  constructor(rank: (item: Item) => number) {
    this.#rank = rank;
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#rankAt(parent) <= this.#rankAt(at)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): Item | undefined {
    const items = this.#items;
    const [first] = items;
    const last = items.pop();
    if (items.length === 0 || last === undefined) return first;
    items[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = this.#rankAt(right) < this.#rankAt(left) ? right : left;
      if (this.#rankAt(child) >= this.#rankAt(at)) return first;
      this.#swap(at, child);
      at = child;
    }
  }

  #rankAt(at: number): number {
    const item = this.#items[at];
    return item === undefined ? Infinity : this.#rank(item);
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    [items[a], items[b]] = [items[b] as Item, items[a] as Item]; // both are there
  }
}
