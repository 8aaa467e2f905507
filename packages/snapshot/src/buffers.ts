/** A fixed number of buffers that are used again and again, so that what is held in memory can be counted. */
export class Buffers<Memory> {
  readonly #make: () => Memory;
  readonly #free: Memory[] = [];
  readonly #waiting: ((buffer: Memory) => void)[] = [];
  #left: number;

  constructor(count: number, make: () => Memory) {
    this.#left = count;
    this.#make = make;
  }

  /** Waits until there is one. */
  async take(): Promise<Memory> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#left > 0) {
      this.#left -= 1;
      return this.#make();
    }
    return await new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** All that nobody uses, to be given back; others are made when they are needed. */
  takeUnused(): Memory[] {
    const unused = this.#free.splice(0);
    this.#left += unused.length;
    return unused;
  }

  give(buffer: Memory): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(buffer);
    else next(buffer);
  }
}
