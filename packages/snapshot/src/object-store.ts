import { AIFlowError } from '@aiflow/core';

export interface StoreOptions {
  /** Ends the call, which then throws the signal's reason and leaves nothing half made to be seen. */
  readonly signal?: AbortSignal | undefined;
}

export interface GetOptions extends StoreOptions {
  /**
   * Memory that the bytes may be put in, from its beginning, where they fit: then the answer is a view of it. It may be
   * shared with threads, which some APIs refuse; a store that makes memory of its own may leave it alone. It is the
   * store's until the call has ended.
   */
  readonly into?: Uint8Array | undefined;
  /** The caller holds the bytes against a hash of its own: a store need not hold them against a checksum as well. */
  readonly verifiedByCaller?: boolean;
}

export interface PutOptions extends StoreOptions {
  /**
   * The object must survive the loss of power before any reader sees it. Asked for the few objects that make others
   * count; a store that never shows what is not durable need not look at it.
   */
  readonly durable?: boolean;
  /** The SHA-256 of the bytes in hexadecimal, where it is known: that of a pack, for a store that `needsSha256`. */
  readonly sha256?: string | undefined;
}

/** One HTTP request for an object, with whatever proves that it may be made. */
export interface HttpGet {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The certificates to trust, in PEM, where those of Node are not meant. */
  readonly ca?: string | undefined;
  /** False takes any certificate. */
  readonly rejectUnauthorized?: boolean | undefined;
  /** After so many milliseconds without a byte nothing more is waited for. */
  readonly silence: number;
}

/** What a store knows of an object without reading it. */
export interface ObjectInfo {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** When it was put, in milliseconds since 1970, by the store's own clock. */
  readonly modifiedTime: number;
}

/** The bytes of an object from `start` up to, not with, `end`; whole numbers, `0 <= start < end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * No object has more bytes than this, so it can be held in memory and sent in one request; a store must be able to
 * take as many. What is larger is cut in pieces before it comes here.
 */
export const largestObject: number = 32 * 1024 * 1024;

/**
 * The port of a place that keeps objects by key: all that {@link import('./manager.ts').StoreBlobManager} needs to
 * keep snapshots there. Five methods are the least. An optional method is a capability, declared by being there.
 *
 * A key is a relative path with `/`: see {@link checkKey}, which every method calls first. No key that is in use
 * goes on with `/` in another one, so keys may be files of a directory. What a method throws for
 * a store that cannot be reached, refuses or fails is the store's own: the caller adds location and key to it. A
 * store retries by itself what is worth it, with an end. Methods may be called side by side.
 */
export interface ObjectStore {
  /**
   * The uri of the root, such as `file:///var/lib/aiflow` or `s3://bucket/root`, without a `/` at its end. It names
   * the store in errors and begins the uri of each snapshot, so it never holds a secret, and stays the same as long
   * as the objects stay.
   */
  readonly location: string;

  /**
   * Whether `put` would have to find out the SHA-256 of its bytes, such as to sign them. The packs' is then found out in
   * a thread, beside all else, and told it.
   */
  readonly needsSha256?: boolean;

  /** Begins to get ready for the first call; what `prepare` of a {@link BlobManager} says holds here. */
  prepare?(): void;

  /**
   * Stores the object and resolves when every reader sees it. Readers see all of it or nothing, also when the call
   * fails, is aborted or its process is killed. A key that is taken is replaced, and readers see the old one or the
   * new one, whole. The bytes may be empty, are at most {@link largestObject}, and stay as they are until the call
   * has ended.
   */
  put(key: string, bytes: Uint8Array, options?: PutOptions): Promise<void>;

  /** The bytes of the object, which are the caller's to change; null when there is none. */
  get(key: string, options?: GetOptions): Promise<Uint8Array | null>;

  /** Null when there is none. Sees what any caller put before. */
  head(key: string, options?: StoreOptions): Promise<ObjectInfo | null>;

  /**
   * Every object whose key begins with `prefix`, at any depth and in any order; `prefix` is empty or ends with `/`.
   * What was put before the call is listed unless it is deleted meanwhile; nothing that is not whole ever is.
   */
  list(prefix: string, options?: StoreOptions): AsyncIterable<ObjectInfo>;

  /** Removes the object. Harmless when there is none. */
  delete(key: string, options?: StoreOptions): Promise<void>;

  /**
   * Makes all that readers see durable: it then survives the loss of power. A store where it always does leaves this
   * out.
   */
  flush?(options?: StoreOptions): Promise<void>;

  /**
   * Part of an object; null when there is none. What lies behind its end is left out, so the answer may be shorter
   * than the range; for one that begins behind the end it is empty, or the call throws.
   */
  getRange?(key: string, range: ByteRange, options?: StoreOptions): Promise<Uint8Array | null>;

  /**
   * A request that is answered with status 200 and the object when it is made within a minute, once and without looking
   * whether there is one. Threads make it, each for the packs that it writes; after any other answer the pack is read
   * by `get`, which knows what to do about it.
   */
  requestFor?(key: string, options?: StoreOptions): Promise<HttpGet>;

  /**
   * Stores the object unless there is one, and says whether it did: of any number of callers at once, one at most is
   * told `true`, and its bytes are what readers see. It promises all else that `put` does.
   */
  putIfAbsent?(key: string, bytes: Uint8Array, options?: PutOptions): Promise<boolean>;

  /** Removes objects, any number of them, with fewer calls than one for each. Harmless for those that are not there. */
  deleteMany?(keys: readonly string[], options?: StoreOptions): Promise<void>;
}

const keyPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const longestKey = 512;

/**
 * Gives a key back, or throws `path.outside`. A key is 1 to 512 characters: parts of letters, digits, `.`, `_` and
 * `-` with single `/` between them, where no part begins with a `.`. So it is also a path that cannot leave its
 * root, and names that begin with a `.` are free for what a store keeps beside its objects.
 */
export function checkKey(key: string): string {
  if (typeof key === 'string' && key.length <= longestKey && keyPattern.test(key)) return key;
  throw new AIFlowError(
    'path.outside',
    `object key ${JSON.stringify(String(key).slice(0, 200))} is not allowed: expected parts of letters, digits, ".", ` +
      `"_" and "-" with single "/" between them, none of which begins with "."`,
    { context: { key: String(key).slice(0, 200) } },
  );
}

/** Gives a prefix for `list` back, or throws `path.outside`: empty, or a key with a `/` at its end. */
export function checkPrefix(prefix: string): string {
  if (prefix === '') return prefix;
  if (typeof prefix === 'string' && prefix.endsWith('/')) checkKey(prefix.slice(0, -1));
  else checkKey(`${String(prefix)}/`); // never a key: throws, naming what was given
  return prefix;
}
