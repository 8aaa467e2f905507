import type { SnapshotInfo } from '@aiflow/core';
import { forEachLimit } from './concurrency.ts';
import { describeManifest, lastUses, parseFacts } from './info.ts';
import { infoKey, snapshotsPrefix, uriOf } from './keys.ts';
import type { ObjectInfo, ObjectStore } from './object-store.ts';
import { readManifest } from './read-manifest.ts';

const sideBySide = 16;

/** What is stored, last used first. Costs one small read for each. */
export async function listSnapshots(store: ObjectStore): Promise<SnapshotInfo[]> {
  const stored: ObjectInfo[] = [];
  for await (const info of store.list(snapshotsPrefix)) stored.push(info);
  const found: SnapshotInfo[] = [];
  await forEachLimit(lastUses(stored), sideBySide, undefined, async ([snapshotId, createTime], signal) => {
    const kept = parseFacts(await store.get(infoKey(snapshotId), { signal }));
    const facts = kept ?? describeManifest(await readManifest(store, snapshotId, signal));
    found.push({ snapshotId, uri: uriOf(store.location, snapshotId), ...facts, createTime });
  });
  return found.sort((a, b) => b.createTime - a.createTime || (a.snapshotId < b.snapshotId ? -1 : 1));
}
