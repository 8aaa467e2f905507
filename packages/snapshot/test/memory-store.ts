import type { ObjectInfo, ObjectStore, StoreOptions } from '../src/index.ts';
import { checkKey, checkPrefix } from '../src/index.ts';

interface Kept {
  readonly bytes: Uint8Array;
  readonly modifiedTime: number;
}

/** The least that a store is, in memory. It writes down what it is asked, and fails where a test says so. */
export class MemoryStore implements ObjectStore {
  readonly location = 'memory://store';
  readonly objects = new Map<string, Kept>();
  readonly calls: string[] = [];
  now: () => number = Date.now;
  /** Called before each call is answered; what it throws or waits for happens to the caller. */
  before: (call: string, key: string, signal: AbortSignal | undefined) => Promise<void> | void = () =>
    undefined;

  async put(key: string, body: Uint8Array, { signal }: StoreOptions = {}): Promise<void> {
    await this.#begin('put', checkKey(key), signal);
    const bytes = Uint8Array.from(body);
    this.objects.set(key, { bytes, modifiedTime: this.now() });
  }

  async get(key: string, { signal }: StoreOptions = {}): Promise<Uint8Array | null> {
    await this.#begin('get', checkKey(key), signal);
    const found = this.objects.get(key);
    return found === undefined ? null : Uint8Array.from(found.bytes);
  }

  async head(key: string, { signal }: StoreOptions = {}): Promise<ObjectInfo | null> {
    await this.#begin('head', checkKey(key), signal);
    const found = this.objects.get(key);
    return found === undefined ? null : { key, size: found.bytes.length, modifiedTime: found.modifiedTime };
  }

  async *list(prefix: string, { signal }: StoreOptions = {}): AsyncGenerator<ObjectInfo> {
    await this.#begin('list', checkPrefix(prefix), signal);
    for (const [key, { bytes, modifiedTime }] of [...this.objects]) {
      if (key.startsWith(prefix)) yield { key, size: bytes.length, modifiedTime };
    }
  }

  async delete(key: string, { signal }: StoreOptions = {}): Promise<void> {
    await this.#begin('delete', checkKey(key), signal);
    this.objects.delete(key);
  }

  keys(prefix = ''): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** The calls since the last time that this was asked. */
  takeCalls(): string[] {
    return this.calls.splice(0);
  }

  async #begin(call: string, key: string, signal: AbortSignal | undefined): Promise<void> {
    this.calls.push(`${call} ${key}`);
    signal?.throwIfAborted();
    await this.before(call, key, signal);
  }
}
