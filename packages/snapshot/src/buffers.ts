/** A fixed number of buffers that are used again and again, so that what is held in memory can be counted. */
export class Buffers {
  readonly #size: number;
  readonly #free: ArrayBuffer[] = [];
  readonly #waiting: ((buffer: ArrayBuffer) => void)[] = [];
  #left: number;

  constructor(count: number, size: number) {
    this.#left = count;
    this.#size = size;
  }

  /** Waits until there is one. */
  async take(): Promise<ArrayBuffer> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#left > 0) {
      this.#left -= 1;
      return new ArrayBuffer(this.#size);
    }
    return await new Promise((resolve) => this.#waiting.push(resolve));
  }

  give(buffer: ArrayBuffer): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(buffer);
    else next(buffer);
  }
}
