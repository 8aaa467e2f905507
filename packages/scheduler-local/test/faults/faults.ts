/** Where a call fails: before it did anything, or after it did all of it. */
export type Strike = 'before' | 'after' | null;

/** Says of each call whether it fails: by chance, and the same for the same seed and order of calls. */
export class Faults {
  /** Nothing fails while this is set. */
  isQuiet = true;
  /** How many calls of each kind failed, and how. */
  readonly struck = new Map<string, number>();
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** `rate` is 0.01 unless said. */
  strike(what: string, rate = 0.01): Strike {
    if (this.isQuiet || this.random() >= rate) return null;
    const strike = this.random() < 0.5 ? 'before' : 'after';
    const name = `${what}, ${strike}`;
    this.struck.set(name, (this.struck.get(name) ?? 0) + 1);
    return strike;
  }

  /** Runs a call of the outside that may fail. */
  async around<T>(what: string, call: () => T | Promise<T>): Promise<T> {
    const strike = this.strike(what);
    if (strike === 'before') throw failure(what);
    const value = await call();
    if (strike === 'after') throw failure(what);
    return value;
  }

  /** From 0 up to but not including 1. Mulberry32. */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

function failure(what: string): Error {
  return Object.assign(new Error(`${what} failed as the test wanted`), { code: 'ECONNRESET' });
}
