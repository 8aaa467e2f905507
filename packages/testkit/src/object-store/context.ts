import type { CaseContext } from '../suite/case.ts';
import type { Places } from '../suite/place.ts';
import { createPlaces } from '../suite/place.ts';
import { defaultPatience, within } from '../suite/wait.ts';
import type { ObjectStoreSuiteOptions, ObjectStoreUnderTest } from './options.ts';

export class ObjectStoreContext implements CaseContext {
  readonly store: ObjectStoreUnderTest;
  readonly patience: number;
  readonly #options: ObjectStoreSuiteOptions;
  readonly #places: Places;

  constructor(options: ObjectStoreSuiteOptions, places: Places, store: ObjectStoreUnderTest) {
    this.#options = options;
    this.#places = places;
    this.store = store;
    this.patience = options.patience ?? defaultPatience;
  }

  /** The same store as another process has it. */
  async reopen(): Promise<ObjectStoreUnderTest> {
    return await this.#options.open(await this.#places.at());
  }

  async read(key: string, store: ObjectStoreUnderTest = this.store): Promise<Uint8Array | null> {
    return await within(`the object ${key}`, store.get(key), this.patience);
  }

  /** The keys below a prefix, sorted. */
  async keys(prefix: string, store: ObjectStoreUnderTest = this.store): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of store.list(prefix)) keys.push(key);
    return keys.sort();
  }

  async dispose(): Promise<void> {
    try {
      await this.#options.remove?.(await this.#places.at());
    } finally {
      await this.#places.dispose();
    }
  }
}

export async function openObjectStore(options: ObjectStoreSuiteOptions): Promise<ObjectStoreContext> {
  const places = await createPlaces();
  return new ObjectStoreContext(options, places, await options.open(await places.at()));
}
