/** Chance that comes from a seed: the same seed makes the same choices. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to but not including 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.whole(0, items.length - 1)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  }

  /** Some of them, at least one and at most so many, in their order. */
  some<Item>(items: readonly Item[], most: number): Item[] {
    const wanted = this.whole(1, Math.min(most, items.length));
    let [left, needed] = [items.length, wanted];
    return items.filter(() => {
      const taken = this.next() < needed / left;
      left -= 1;
      if (taken) needed -= 1;
      return taken;
    });
  }

  /** Chance of its own, so that what one part draws does not move what another one gets. */
  fork(): Random {
    return new Random(this.whole(0, 2 ** 31));
  }
}
