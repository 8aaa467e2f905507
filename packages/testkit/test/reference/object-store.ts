import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AIFlowError } from '@aiflow/core';
import type { ObjectStoreUnderTest } from '../../src/index.ts';

interface Stored {
  readonly bytes: Uint8Array;
  readonly modifiedTime: number;
}

const stores = new Map<string, Map<string, Stored>>();
const keyPattern = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

function checkKey(key: string): void {
  if (key.length > 512 || !keyPattern.test(key)) throw new AIFlowError('path.outside', 'that is no key');
}

/** An object store in memory that keeps every promise; the same name opened again is the same store. */
export function openReferenceStore(name: string): ObjectStoreUnderTest {
  const objects = stores.get(name) ?? new Map<string, Stored>();
  stores.set(name, objects);
  const facts = (key: string, { bytes, modifiedTime }: Stored) => ({ key, size: bytes.length, modifiedTime });
  const put = (key: string, bytes: Uint8Array): void => {
    objects.set(key, { bytes: bytes.slice(), modifiedTime: Date.now() });
  };
  return {
    location: `memory:${name}`,
    put: async (key, bytes, { signal } = {}) => {
      checkKey(key);
      signal?.throwIfAborted();
      put(key, bytes);
    },
    get: async (key, { signal } = {}) => {
      checkKey(key);
      signal?.throwIfAborted();
      const found = objects.get(key);
      return found === undefined ? null : found.bytes.slice();
    },
    getRange: async (key, { start, end }, { signal } = {}) => {
      checkKey(key);
      signal?.throwIfAborted();
      return objects.get(key)?.bytes.slice(start, end) ?? null;
    },
    requestFor: async (key, { signal } = {}) => {
      checkKey(key);
      signal?.throwIfAborted();
      return { url: `${await server()}/${encodeURIComponent(name)}/${key}`, headers: {}, silence: 5_000 };
    },
    putIfAbsent: async (key, bytes, { signal } = {}) => {
      checkKey(key);
      signal?.throwIfAborted();
      if (objects.has(key)) return false;
      put(key, bytes);
      return true;
    },
    deleteMany: async (keys, { signal } = {}) => {
      keys.forEach(checkKey);
      signal?.throwIfAborted();
      for (const key of keys) objects.delete(key);
    },
    flush: async ({ signal } = {}) => signal?.throwIfAborted(),
    head: async (key, { signal } = {}) => {
      checkKey(key);
      signal?.throwIfAborted();
      const found = objects.get(key);
      return found === undefined ? null : facts(key, found);
    },
    list: async function* (prefix, { signal } = {}) {
      if (prefix !== '') checkKey(prefix.endsWith('/') ? prefix.slice(0, -1) : '');
      signal?.throwIfAborted();
      for (const [key, found] of [...objects]) if (key.startsWith(prefix)) yield facts(key, found);
    },
    delete: async (key, { signal } = {}) => {
      checkKey(key);
      signal?.throwIfAborted();
      objects.delete(key);
    },
  };
}

let serving: Promise<string> | null = null;

/** The url of a server that gives what the stores hold, and keeps no process alive. */
async function server(): Promise<string> {
  serving ??= new Promise((resolve) => {
    const serves = createServer(({ url = '' }, answer) => {
      const [, name = '', ...key] = url.split('/');
      const found = stores.get(decodeURIComponent(name))?.get(key.join('/'));
      answer.writeHead(found === undefined ? 404 : 200).end(found?.bytes);
    }).unref();
    serves.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(serves.address() as AddressInfo).port}`);
    });
  });
  return await serving;
}
