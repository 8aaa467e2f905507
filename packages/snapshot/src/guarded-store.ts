import { AIFlowError, errorCode, isAIFlowError, messageOf } from '@aiflow/core';
import type { ObjectInfo, ObjectStore, PutOptions, StoreOptions } from './object-store.ts';
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
    put: async (key: string, bytes: Uint8Array, options?: PutOptions) =>
      await guard('write', checkKey(key), options, async () => await store.put(key, bytes, options)),
    get: async (key, options) =>
      await guard('read', checkKey(key), options, async () => await store.get(key, options)),
    head: async (key, options) =>
      await guard('look at', checkKey(key), options, async () => await store.head(key, options)),
    delete: async (key, options) =>
      await guard('delete', checkKey(key), options, async () => await store.delete(key, options)),
    list: (prefix, options): AsyncIterable<ObjectInfo> =>
      guardList(store.list(checkPrefix(prefix), options), location, prefix, options),
  };
  const flush = store.flush?.bind(store);
  const getRange = store.getRange?.bind(store);
  const requestFor = store.requestFor?.bind(store);
  const putIfAbsent = store.putIfAbsent?.bind(store);
  const deleteMany = store.deleteMany?.bind(store);
  return {
    ...guarded,
    ...(store.prepare !== undefined && { prepare: () => store.prepare?.() }),
    ...(store.needsSha256 !== undefined && { needsSha256: store.needsSha256 }),
    ...(flush && {
      flush: async (options) =>
        await guard('make durable what was written', '', options, async () => await flush(options)),
    }),
    ...(getRange && {
      getRange: async (key, range, options) =>
        await guard('read', checkKey(key), options, async () => await getRange(key, range, options)),
    }),
    ...(requestFor && {
      requestFor: async (key, options) =>
        await guard('read', checkKey(key), options, async () => await requestFor(key, options)),
    }),
    ...(putIfAbsent && {
      putIfAbsent: async (key, bytes, options) =>
        await guard('write', checkKey(key), options, async () => await putIfAbsent(key, bytes, options)),
    }),
    ...(deleteMany && {
      deleteMany: async (keys, options) =>
        await guard(
          'delete',
          keys.map(checkKey)[0] ?? '',
          options,
          async () => await deleteMany(keys, options),
        ),
    }),
  };
}

async function* guardList(
  items: AsyncIterable<ObjectInfo>,
  location: string,
  prefix: string,
  options: StoreOptions | undefined,
): AsyncGenerator<ObjectInfo, void, undefined> {
  try {
    for await (const item of items) {
      options?.signal?.throwIfAborted();
      yield item;
    }
  } catch (error) {
    throw wrap(location, 'list', prefix, options, error);
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
