import { hash } from 'node:crypto';
import type { Manifest, UploadProjectOptions } from '@aiflow/core';
import { AIFlowError, manifestText, pause } from '@aiflow/core';
import { checkManifest } from './check-manifest.ts';
import type { IndexCache } from './index-cache.ts';
import { describeManifest } from './info.ts';
import { infoKey, manifestKey, packListKey } from './keys.ts';
import type { Layout } from './layout.ts';
import type { Lease } from './lease.ts';
import { takeLease } from './lease.ts';
import { areThere, locate } from './locate.ts';
import { manifestTextOf, packManifest } from './manifest-bytes.ts';
import type { ObjectStore } from './object-store.ts';
import { isWrongList, packListText, readPackList } from './pack-list.ts';
import type { FileEntry } from './project-files.ts';
import { ProjectFiles } from './project-files.ts';
import { sendPacks } from './send-packs.ts';

/** Where an upload goes. */
export interface UploadPlace {
  readonly store: ObjectStore;
  readonly layout: Layout;
  readonly indexes: IndexCache;
}

/**
 * Stores a snapshot: packs of the contents that the store does not have, which packs it takes, then the manifest. Of
 * one that is stored already only its few facts are put anew, which makes it the last used. Both happen under a lease:
 * a removal that is under way may be about to remove just this one.
 *
 * A stored manifest counts when it has the right bytes, which its id says; so the given one is held against the id only
 * where it is to be stored, and is put again when the stored one was damaged. To look for the contents that it names
 * costs a list of the store's packs, so that is left out `withoutContents`: for who will not read them.
 */
export async function upload(
  place: UploadPlace,
  snapshotId: string,
  projectPath: string,
  { manifest, overlay, signal }: UploadProjectOptions,
  withoutContents: boolean,
): Promise<void> {
  const { store, indexes } = place;
  const project = new ProjectFiles(projectPath, overlay);
  await underLease(place, signal, async (lease) => {
    const isStored = await holdsManifest(store, snapshotId, signal);
    const isWhole = isStored && (withoutContents || (await hasPacks(store, indexes, snapshotId, signal)));
    const text = isWhole ? null : checkedText(manifest, snapshotId);
    if (text !== null) {
      const files = manifest.entries.filter((entry): entry is FileEntry => entry.type === 'file');
      const held = await locate(store, indexes, files, signal);
      const wanted = held.missing.map((entry) => project.find(entry));
      const sent = await sendPacks(store, wanted, new Set(held.parts.keys()), signal);
      const parts = sent.files.flatMap((file) => file.parts.map((part) => held.parts.get(part)));
      const packIds = [...held.packIds, ...sent.packIds, ...parts.filter((id) => id !== undefined)];
      await store.put(packListKey(snapshotId), packListText(packIds), { signal });
    }
    const facts = Buffer.from(JSON.stringify(describeManifest(manifest)));
    await store.put(infoKey(snapshotId), facts, { signal });
    if (text === null) return;
    await store.flush?.({ signal });
    await lease.confirm(signal);
    if (!isStored) await store.put(manifestKey(snapshotId), packManifest(text), { signal, durable: true });
  });
}

/** Does something that counts on what is stored, with no pruning beside it. */
export async function underLease<T>(
  { store, layout }: UploadPlace,
  signal: AbortSignal | undefined,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  await layout.check(signal);
  const lease = await takeLease(store, 'upload', signal);
  try {
    await waitForPruning(lease, signal);
    await layout.ensure(signal);
    return await work(lease);
  } finally {
    await lease.release();
  }
}

/** The text of a manifest that may be stored under this id. */
function checkedText(manifest: Manifest, snapshotId: string): Buffer {
  const text = Buffer.from(manifestText(checkManifest(manifest)));
  const found = hash('sha256', text, 'hex');
  if (found === snapshotId) return text;
  throw new AIFlowError(
    'blob.invalid_id',
    `the id of a snapshot must be made from its manifest: expected ${found}, found ${snapshotId}`,
    { context: { snapshotId, expected: found } },
  );
}

async function holdsManifest(
  store: ObjectStore,
  snapshotId: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const bytes = await store.get(manifestKey(snapshotId), { signal });
  return bytes !== null && manifestTextOf(bytes, snapshotId) !== null;
}

/** Whether all packs of a stored snapshot are there; not when it cannot be read which those are. */
async function hasPacks(
  store: ObjectStore,
  indexes: IndexCache,
  snapshotId: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return await areThere(await readPackList(store, snapshotId, signal), store, indexes, signal);
  } catch (error) {
    if (isWrongList(error)) return false;
    throw error;
  }
}

/** Pruning takes seconds, and ends or is taken for dead. */
async function waitForPruning(lease: Lease, signal: AbortSignal | undefined): Promise<void> {
  for (let delay = 50; await lease.isOpposedBy('prune', signal); delay = Math.min(delay * 2, 2_000)) {
    await pause(delay, signal);
  }
}
