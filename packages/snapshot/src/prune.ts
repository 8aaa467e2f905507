import { AIFlowError } from '@aiflow/core';
import { forEachLimit } from './concurrency.ts';
import { lastUses } from './info.ts';
import { infoKey, manifestKey, objectKey, objectsPrefix, snapshotIdOfKey, snapshotsPrefix } from './keys.ts';
import type { Lease } from './lease.ts';
import { takeLease } from './lease.ts';
import type { ObjectInfo, ObjectStore } from './object-store.ts';
import { readManifest } from './read-manifest.ts';

const sideBySide = 16;
/** Manifests may be large: fewer are held at once. */
const manifestsSideBySide = 4;
/** After so many removals it is made sure again that no one took us for dead. */
const batch = 500;

/**
 * Removes snapshots that were last used before `unusedSince`, by the store's clock, then every object that no other snapshot names, also what broken uploads left. Gives the bytes
 * set free. Throws `blob.busy` while an upload or another pruning is under way, and `blob.corrupt`, before anything
 * is removed, when a manifest that is to be kept cannot be read: what it names would be lost.
 */
export async function removeSnapshots(
  store: ObjectStore,
  snapshotIds: ReadonlySet<string>,
  unusedSince: number,
): Promise<number> {
  const lease = await takeLease(store, 'prune');
  try {
    if ((await lease.isOpposedBy('upload')) || (await lease.isOpposedBy('prune'))) throw busy(store);
    const stored: ObjectInfo[] = [];
    for await (const info of store.list(snapshotsPrefix)) stored.push(info);
    const kept = new Set<string>();
    for (const [snapshotId, time] of lastUses(stored)) {
      if (!snapshotIds.has(snapshotId) || time >= unusedSince) kept.add(snapshotId);
    }
    const used = await keysUsedBy(store, kept);
    const leftovers = stored.filter((info) => !used.has(info.key));
    // A snapshot is gone with its manifest, so that comes first.
    leftovers.sort(
      (a, b) => Number(snapshotIdOfKey(a.key) === null) - Number(snapshotIdOfKey(b.key) === null),
    );
    for (const { key } of leftovers) await store.delete(key);
    const unused: ObjectInfo[] = [];
    for await (const info of store.list(objectsPrefix)) if (!used.has(info.key)) unused.push(info);
    await removeAll(store, lease, unused);
    return [...leftovers, ...unused].reduce((sum, info) => sum + info.size, 0);
  } finally {
    await lease.release();
  }
}

async function keysUsedBy(store: ObjectStore, snapshotIds: ReadonlySet<string>): Promise<Set<string>> {
  const used = new Set<string>();
  await forEachLimit(snapshotIds, manifestsSideBySide, undefined, async (snapshotId, signal) => {
    used.add(manifestKey(snapshotId)).add(infoKey(snapshotId));
    for (const entry of (await readManifest(store, snapshotId, signal)).entries) {
      if (entry.type === 'file') used.add(objectKey(entry.sha256));
    }
  });
  return used;
}

async function removeAll(store: ObjectStore, lease: Lease, objects: readonly ObjectInfo[]): Promise<void> {
  for (let start = 0; start < objects.length; start += batch) {
    await lease.confirm();
    await forEachLimit(
      objects.slice(start, start + batch),
      sideBySide,
      undefined,
      async ({ key }, signal) => {
        await store.delete(key, { signal });
      },
    );
  }
}

function busy(store: ObjectStore): AIFlowError {
  return new AIFlowError(
    'blob.busy',
    `snapshots cannot be removed from ${store.location} while one is uploaded or others are removed: try again when that has ended`,
    { context: { location: store.location } },
  );
}
