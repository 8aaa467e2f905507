import type { SnapshotInfo } from '@aiflow/core';
import { forEachLimit } from './concurrency.ts';
import { describeManifest, parseFacts } from './info.ts';
import { infoKey, snapshotIdOfKey, snapshotsPrefix, uriOf } from './keys.ts';
import type { ObjectStore } from './object-store.ts';
import { readManifest } from './read-manifest.ts';
import { readSmall } from './read-small.ts';

const sideBySide = 16;

/** What is stored, newest first. Costs one small read for each. */
export async function listSnapshots(store: ObjectStore): Promise<SnapshotInfo[]> {
  const times = new Map<string, number>();
  for await (const { key, modifiedTime } of store.list(snapshotsPrefix)) {
    const snapshotId = snapshotIdOfKey(key);
    if (snapshotId !== null) times.set(snapshotId, modifiedTime);
  }
  const found: SnapshotInfo[] = [];
  await forEachLimit(times, sideBySide, undefined, async ([snapshotId, createTime], signal) => {
    const kept = parseFacts(await readSmall(store, infoKey(snapshotId), signal));
    const facts = kept ?? describeManifest(await readManifest(store, snapshotId, signal));
    found.push({ snapshotId, uri: uriOf(store.location, snapshotId), ...facts, createTime });
  });
  return found.sort((a, b) => b.createTime - a.createTime || (a.snapshotId < b.snapshotId ? -1 : 1));
}
