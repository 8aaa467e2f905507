import type { Manifest } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import { checkManifest } from './check-manifest.ts';
import { corrupt } from './corrupt.ts';
import { manifestKey } from './keys.ts';
import { manifestTextOf } from './manifest-bytes.ts';
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
  const text = manifestTextOf(bytes, snapshotId);
  if (text === null) throw corrupt(store, key, 'its content is damaged');
  return checkManifest(parse(new TextDecoder().decode(text)));
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
