// Runs in threads: it loads nothing but Node.

/** The first four bytes of a hash: enough to pass over most that are not wanted. */
export function prefixOf(sha256: string): number {
  return Number.parseInt(sha256.slice(0, 8), 16);
}

/**
 * Hashes of contents that a store has, by their first four bytes, in ascending order: a tenth of what they take whole,
 * in memory that threads share. Of a hundred thousand contents, one in forty thousand others is taken for one of them.
 */
export class KnownHashes {
  readonly #prefixes: Uint32Array;

  constructor(prefixes: Uint32Array) {
    this.#prefixes = prefixes;
  }

  has(sha256: string): boolean {
    const wanted = prefixOf(sha256);
    let [from, to] = [0, this.#prefixes.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const found = this.#prefixes[middle] ?? 0;
      if (found === wanted) return true;
      if (found < wanted) from = middle + 1;
      else to = middle;
    }
    return false;
  }
}
