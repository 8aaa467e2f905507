import { AIFlowError } from '@aiflow/core';
import { forEachLimit } from './concurrency.ts';
import { lastUses } from './info.ts';
import {
  indexKey,
  indexesPrefix,
  infoKey,
  manifestKey,
  packKey,
  packListKey,
  packsPrefix,
  snapshotIdOfKey,
  snapshotsPrefix,
} from './keys.ts';
import type { Lease } from './lease.ts';
import { takeLease } from './lease.ts';
import type { ObjectInfo, ObjectStore } from './object-store.ts';
import { isWrongList, readPackList } from './pack-list.ts';

const sideBySide = 16;
/** After so many removals it is made sure again that no one took us for dead. */
const batch = 500;

/**
 * Removes snapshots that were last used before `unusedSince`, by the store's clock, whether their manifests can be
 * read or not, then every pack that no other snapshot uses, also what broken uploads left; a pack that is used in part
 * stays as it is. Gives the bytes set free. Throws `blob.busy` while an upload or another pruning is under way. When
 * it cannot be read which packs a snapshot uses that is to be kept, the snapshots are removed and all packs stay:
 * throws what is wrong with it (`blob.corrupt`, `blob.unsupported_layout`).
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
    const { used, unreadable } = await keysUsedBy(store, kept);
    const leftovers = stored.filter((info) => !used.has(info.key));
    // A snapshot is gone with its manifest, so that comes first.
    leftovers.sort(
      (a, b) => Number(snapshotIdOfKey(a.key) === null) - Number(snapshotIdOfKey(b.key) === null),
    );
    for (const { key } of leftovers) await store.delete(key);
    const [first] = unreadable;
    if (first !== undefined) {
      const removed = leftovers.filter(({ key }) => snapshotIdOfKey(key) !== null).length;
      throw unswept(store, removed, first);
    }
    const unused: ObjectInfo[] = [];
    // Indexes first: what an index names must be there.
    for (const prefix of [indexesPrefix, packsPrefix])
      for await (const info of store.list(prefix)) if (!used.has(info.key)) unused.push(info);
    await removeAll(store, lease, unused);
    return [...leftovers, ...unused].reduce((sum, info) => sum + info.size, 0);
  } finally {
    await lease.release();
  }
}

interface Unreadable {
  readonly snapshotId: string;
  readonly error: AIFlowError;
}

interface Uses {
  readonly used: ReadonlySet<string>;
  /** The snapshots of which only their own keys are known. */
  readonly unreadable: readonly Unreadable[];
}

async function keysUsedBy(store: ObjectStore, snapshotIds: ReadonlySet<string>): Promise<Uses> {
  const used = new Set<string>();
  const unreadable: Unreadable[] = [];
  await forEachLimit(snapshotIds, sideBySide, undefined, async (snapshotId, signal) => {
    used.add(manifestKey(snapshotId)).add(infoKey(snapshotId)).add(packListKey(snapshotId));
    try {
      for (const id of await readPackList(store, snapshotId, signal)) used.add(packKey(id)).add(indexKey(id));
    } catch (error) {
      // A store that fails may answer the next time: only what is wrong for good is passed over.
      if (!isWrongList(error)) throw error;
      unreadable.push({ snapshotId, error });
    }
  });
  return { used, unreadable };
}

function unswept(store: ObjectStore, removed: number, { snapshotId, error }: Unreadable): AIFlowError {
  return new AIFlowError(
    error.code,
    `${removed} snapshots were removed from ${store.location}, but no pack was, since what snapshot ` +
      `${snapshotId} uses is not known: remove it too, or repair it (${error.message})`,
    { context: { location: store.location, snapshotId, removed }, cause: error },
  );
}

async function removeAll(store: ObjectStore, lease: Lease, objects: readonly ObjectInfo[]): Promise<void> {
  for (let start = 0; start < objects.length; start += batch) {
    await lease.confirm();
    const keys = objects.slice(start, start + batch).map(({ key }) => key);
    if (store.deleteMany !== undefined) await store.deleteMany(keys);
    else {
      await forEachLimit(keys, sideBySide, undefined, async (key, signal) => {
        await store.delete(key, { signal });
      });
    }
  }
}

function busy(store: ObjectStore): AIFlowError {
  return new AIFlowError(
    'blob.busy',
    `snapshots cannot be removed from ${store.location} while one is uploaded or others are removed: try again when that has ended`,
    { context: { location: store.location } },
  );
}
