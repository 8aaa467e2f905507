import type { ObjectStore } from './object-store.ts';

/** A whole object in memory; null when there is none. */
export async function readSmall(
  store: ObjectStore,
  key: string,
  signal?: AbortSignal,
): Promise<Buffer | null> {
  const chunks = await store.get(key, { signal });
  if (chunks === null) return null;
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
