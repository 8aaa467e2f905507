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
  return {
    location: `memory:${name}`,
    put: async (key, body, { signal } = {}) => {
      checkKey(key);
      signal?.throwIfAborted();
      const chunks: Uint8Array[] = [];
      if (body instanceof Uint8Array) chunks.push(body);
      else
        for await (const chunk of body.stream()) {
          signal?.throwIfAborted();
          chunks.push(chunk);
        }
      objects.set(key, { bytes: new Uint8Array(Buffer.concat(chunks)), modifiedTime: Date.now() });
    },
    get: async (key, { signal } = {}) => {
      checkKey(key);
      signal?.throwIfAborted();
      const found = objects.get(key);
      return found === undefined ? null : chunksOf(found.bytes);
    },
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

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.slice(at, at + 65_536);
}
