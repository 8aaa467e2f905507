// Runs in threads: it loads nothing but Node.

/** The first four bytes of a hash: enough to pass over most that are not wanted. */
export function prefixOf(sha256: string): number {
  return Number.parseInt(sha256.slice(0, 8), 16);
}

/** What {@link SharedHashes} holds of a content: all of a file and a part of one are two things, also with equal bytes. */
export function sharedKey(prefix: number, extent: 'whole' | 'part'): number {
  return (extent === 'whole' ? prefix : ~prefix) | 0 || 1; // 0 is a free place
}

/**
 * Contents, by the first four bytes of their hashes, in memory that threads share. Of a hundred thousand, one in forty
 * thousand others is taken for one of them.
 */
export class SharedHashes {
  /** What another thread makes the same set of. */
  readonly slots: Int32Array<SharedArrayBuffer>;

  constructor(slots: Int32Array<SharedArrayBuffer>) {
    this.slots = slots;
  }

  /** With these keys, and room for so many more. */
  static of(keys: readonly number[], more: number): SharedHashes {
    // At most half full, so that a free place is near.
    const size = 2 ** Math.ceil(Math.log2(2 * (keys.length + more) + 2));
    const made = new SharedHashes(new Int32Array(new SharedArrayBuffer(4 * size)));
    for (const key of keys) made.add(key);
    return made;
  }

  /** Adds a key and says whether it was not there; of two threads that add one at once, one is told so. */
  add(key: number): boolean {
    for (let at = key; ; at += 1) {
      const found = Atomics.compareExchange(this.slots, at & (this.slots.length - 1), 0, key);
      if (found === 0) return true;
      if (found === key) return false;
    }
  }
}
