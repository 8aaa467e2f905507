import { messageOf } from '@aiflow/core';
import { corrupt } from './corrupt.ts';
import { indexKey } from './keys.ts';
import type { ObjectStore } from './object-store.ts';
import { PackIndex } from './pack-index.ts';

/** The index of a pack; null when there is none. Throws `blob.corrupt`. */
export async function readIndex(
  store: ObjectStore,
  packId: string,
  signal: AbortSignal | undefined,
): Promise<PackIndex | null> {
  const key = indexKey(packId);
  const bytes = await store.get(key, { signal });
  if (bytes === null) return null;
  try {
    return new PackIndex(packId, bytes);
  } catch (error) {
    throw corrupt(store, key, messageOf(error));
  }
}
