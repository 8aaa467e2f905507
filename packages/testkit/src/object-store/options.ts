import type { StorePlace } from '../suite/place.ts';
import type { TestRunner } from '../suite/runner.ts';

/**
 * The `ObjectStore` of `@aiflow/snapshot`, in its own words: written down here because this package is also for authors
 * who do not need that one. The two are held together where a store is handed to the suite.
 */
export interface ObjectStoreUnderTest {
  readonly location: string;
  put(key: string, bytes: Uint8Array, options?: SignalOptions): Promise<void>;
  get(
    key: string,
    options?: SignalOptions & { readonly into?: Uint8Array | undefined },
  ): Promise<Uint8Array | null>;
  head(key: string, options?: SignalOptions): Promise<ObjectFacts | null>;
  list(prefix: string, options?: SignalOptions): AsyncIterable<ObjectFacts>;
  delete(key: string, options?: SignalOptions): Promise<void>;
  flush?(options?: SignalOptions): Promise<void>;
  getRange?(
    key: string,
    range: { readonly start: number; readonly end: number },
    options?: SignalOptions,
  ): Promise<Uint8Array | null>;
  requestFor?(key: string, options?: SignalOptions): Promise<RequestFacts>;
  putIfAbsent?(key: string, bytes: Uint8Array, options?: SignalOptions): Promise<boolean>;
  deleteMany?(keys: readonly string[], options?: SignalOptions): Promise<void>;
}

export interface RequestFacts {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
  readonly silence: number;
}

export interface ObjectFacts {
  readonly key: string;
  readonly size: number;
  readonly modifiedTime: number;
}

export interface SignalOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ObjectStoreSuiteOptions extends TestRunner {
  /** What the report calls it. */
  readonly name: string;
  /** Opens the store of a place; called several times for one place. */
  readonly open: (place: StorePlace) => ObjectStoreUnderTest | Promise<ObjectStoreUnderTest>;
  /** Removes a store that is not below `place.directory`. */
  readonly remove?: (place: StorePlace) => Promise<void>;
  /** How long one step may take, in milliseconds; 20,000 unless said. */
  readonly patience?: number;
}
