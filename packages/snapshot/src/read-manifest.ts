import { createHash } from 'node:crypto';
import type { Manifest } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import { checkManifest } from './check-manifest.ts';
import { manifestKey } from './keys.ts';
import type { ObjectStore } from './object-store.ts';

/** The manifest of a stored snapshot, held against its id and checked. Throws `blob.not_found` and `blob.corrupt`. */
export async function readManifest(
  store: ObjectStore,
  snapshotId: string,
  signal?: AbortSignal,
): Promise<Manifest> {
  const key = manifestKey(snapshotId);
  const bytes = await store.get(key, { signal });
  if (bytes === null) {
    throw new AIFlowError(
      'blob.not_found',
      `there is no snapshot ${snapshotId} in ${store.location}: it was removed, or never stored there`,
      { context: { snapshotId, location: store.location } },
    );
  }
  if (createHash('sha256').update(bytes).digest('hex') !== snapshotId)
    throw corrupt(store, key, 'its content is damaged');
  return checkManifest(parse(new TextDecoder().decode(bytes)));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AIFlowError('blob.invalid_manifest', `the snapshot's manifest cannot be used: it is not JSON`, {
      cause: error,
    });
  }
}

/** For an object that the next upload finds to be damaged, and puts again. */
const repairedByUpload = 'submit the project again, which repairs it, or remove the snapshots that use it';

export function corrupt(
  store: ObjectStore,
  key: string,
  what: string,
  remedy: string = repairedByUpload,
): AIFlowError {
  return new AIFlowError(
    'blob.corrupt',
    `"${key}" in ${store.location} is not what was stored (${what}): ${remedy}`,
    { context: { location: store.location, key } },
  );
}
