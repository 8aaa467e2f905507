import { createHash } from 'node:crypto';
import type { Manifest } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import { checkManifest } from './check-manifest.ts';
import { manifestKey } from './keys.ts';
import type { ObjectStore } from './object-store.ts';
import { readSmall } from './read-small.ts';

/** The manifest of a stored snapshot, held against its id and checked. Throws `blob.not_found` and `blob.corrupt`. */
export async function readManifest(
  store: ObjectStore,
  snapshotId: string,
  signal?: AbortSignal,
): Promise<Manifest> {
  const key = manifestKey(snapshotId);
  const bytes = await readSmall(store, key, signal);
  if (bytes === null) {
    throw new AIFlowError(
      'blob.not_found',
      `there is no snapshot ${snapshotId} in ${store.location}: it was removed, or never stored there`,
      { context: { snapshotId, location: store.location } },
    );
  }
  if (createHash('sha256').update(bytes).digest('hex') !== snapshotId)
    throw corrupt(store, key, 'its content is damaged');
  return checkManifest(JSON.parse(bytes.toString()));
}

export function corrupt(store: ObjectStore, key: string, what: string): AIFlowError {
  return new AIFlowError(
    'blob.corrupt',
    `"${key}" in ${store.location} is not what was stored (${what}): remove the snapshots that use it, and submit again`,
    { context: { location: store.location, key } },
  );
}
