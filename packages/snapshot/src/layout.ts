import { AIFlowError, isJsonObject } from '@aiflow/core';
import { layoutKey, manifestKey, packListKey, snapshotsPrefix } from './keys.ts';
import type { ObjectStore } from './object-store.ts';

/** The version of what `keys.ts` says. */
const layout = 2;

/**
 * Knows whether a store has a layout that this version can read. Asked before anything else is read or written; the
 * store is looked at once.
 */
export class Layout {
  readonly #store: ObjectStore;
  #state: 'unknown' | 'none' | 'known' = 'unknown';

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /**
   * Throws `blob.unsupported_layout` for a store of another version, which nothing may be read of or written to, and
   * `blob.corrupt` when its mark cannot be read.
   */
  async check(signal?: AbortSignal): Promise<void> {
    if (this.#state === 'known') return;
    const bytes = await this.#store.get(layoutKey, { signal });
    if (bytes === null) {
      await this.#refuseUnmarked(signal);
      this.#state = 'none';
      return;
    }
    const found = this.#parse(bytes);
    if (found !== layout) throw this.#unsupported(JSON.stringify(found));
    this.#state = 'known';
  }

  /** Checks, and marks a store that has nothing in it yet. */
  async ensure(signal?: AbortSignal): Promise<void> {
    await this.check(signal);
    if (this.#state === 'known') return;
    await this.#store.put(layoutKey, Buffer.from(`{"layout":${layout}}\n`), { signal });
    this.#state = 'known';
  }

  /** A store without a mark is new, or lost it, or is older than marks. */
  async #refuseUnmarked(signal: AbortSignal | undefined): Promise<void> {
    const unlisted = new Set<string>();
    for await (const { key } of this.#store.list(snapshotsPrefix, { signal })) {
      const id = key.slice(snapshotsPrefix.length).split('/')[0] ?? '';
      if (key === packListKey(id)) return;
      if (key === `${manifestKey(id)}.json`) unlisted.add(id);
    }
    if (unlisted.size > 0) throw this.#unsupported('1');
  }

  #parse(bytes: Uint8Array): unknown {
    try {
      const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
      if (isJsonObject(value)) return value['layout'] ?? null;
    } catch {
      // Said below.
    }
    throw new AIFlowError(
      'blob.corrupt',
      `"${layoutKey}" in ${this.#store.location} is not what was stored, so it is not known how to read this store: ` +
        `remove that object, if nothing but AIFlow writes there`,
      { context: { location: this.#store.location, key: layoutKey } },
    );
  }

  #unsupported(found: string): AIFlowError {
    return new AIFlowError(
      'blob.unsupported_layout',
      `the blob store ${this.#store.location} has layout ${found}, and this version of @aiflow/snapshot reads layout ` +
        `${layout}: use the version that wrote it, or a store of its own`,
      { context: { location: this.#store.location, found, expected: layout } },
    );
  }
}
