import { AIFlowError, errorCode, isAIFlowError, messageOf } from '@aiflow/core';
import type { ObjectBody, ObjectInfo, ObjectStore, PutOptions, StoreOptions } from './object-store.ts';
import { checkKey, checkPrefix } from './object-store.ts';

/**
 * A store whose keys are checked whatever the store itself does, and whose failures say where they happened:
 * `blob.store_failed` with the location, the key and the cause. An abort's reason and our own errors pass as they are.
 */
export function guardStore(store: ObjectStore): ObjectStore {
  const { location } = store;
  const guard = async <T>(
    action: string,
    key: string,
    options: StoreOptions | undefined,
    call: () => Promise<T>,
  ): Promise<T> => {
    try {
      options?.signal?.throwIfAborted();
      return await call();
    } catch (error) {
      throw wrap(location, action, key, options, error);
    }
  };
  const guarded: ObjectStore = {
    location,
    put: async (key: string, body: ObjectBody, options?: PutOptions) =>
      await guard('write', checkKey(key), options, async () => await store.put(key, body, options)),
    head: async (key, options) =>
      await guard('look at', checkKey(key), options, async () => await store.head(key, options)),
    delete: async (key, options) =>
      await guard('delete', checkKey(key), options, async () => await store.delete(key, options)),
    get: async (key, options) => {
      const bytes = await guard('read', checkKey(key), options, async () => await store.get(key, options));
      return bytes === null ? null : guardEach(bytes, location, 'read', key, options);
    },
    list: (prefix, options): AsyncIterable<ObjectInfo> =>
      guardEach(store.list(checkPrefix(prefix), options), location, 'list', prefix, options),
  };
  if (store.flush === undefined) return guarded;
  const flush = async (options?: StoreOptions): Promise<void> =>
    await guard('make durable what was written', '', options, async () => await store.flush?.(options));
  return { ...guarded, flush };
}

async function* guardEach<T>(
  items: AsyncIterable<T>,
  location: string,
  action: string,
  key: string,
  options: StoreOptions | undefined,
): AsyncGenerator<T, void, undefined> {
  try {
    for await (const item of items) {
      options?.signal?.throwIfAborted();
      yield item;
    }
  } catch (error) {
    throw wrap(location, action, key, options, error);
  }
}

function wrap(
  location: string,
  action: string,
  key: string,
  options: StoreOptions | undefined,
  error: unknown,
): unknown {
  if (options?.signal?.aborted === true) return options.signal.reason;
  if (isAIFlowError(error)) return error;
  return new AIFlowError(
    'blob.store_failed',
    `the blob store ${location} could not ${action}${key === '' ? '' : ` "${key}"`}: ${messageOf(error)}`,
    { context: { location, key, systemCode: errorCode(error) }, cause: error },
  );
}
