/** What happens, for the one who takes it in order. */
export class Queue<T> {
  readonly #items: T[] = [];
  #taker: ((item: T) => void) | null = null;

  put(item: T): void {
    const taker = this.#taker;
    this.#taker = null;
    if (taker === null) this.#items.push(item);
    else taker(item);
  }

  /** Resolves with the first, as soon as there is one. Only one may wait at a time. */
  async take(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return item;
    return await new Promise((resolve) => {
      this.#taker = resolve;
    });
  }
}
