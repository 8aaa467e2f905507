import { createHash } from 'node:crypto';
import type { Manifest, UploadProjectOptions } from '@aiflow/core';
import { AIFlowError, manifestText, pause } from '@aiflow/core';
import { checkManifest } from './check-manifest.ts';
import { forEachLimit } from './concurrency.ts';
import { describeManifest } from './info.ts';
import { infoKey, manifestKey, objectKey, objectsPrefix } from './keys.ts';
import type { Lease } from './lease.ts';
import { takeLease } from './lease.ts';
import type { ObjectStore } from './object-store.ts';
import type { FileEntry } from './project-files.ts';
import { ProjectFiles } from './project-files.ts';

/** How many objects are looked at or sent side by side. */
const sideBySide = 16;
/** With more objects than this to look for in one of the 256 parts of the store, listing the part is cheaper. */
const fewInPart = 8;

/**
 * Stores a snapshot: the objects that the store does not have, then the manifest. Of one that is stored already only
 * its few facts are put anew, which makes it the last used. Both happen under a lease: a removal that is under way
 * may be about to remove just this one.
 *
 * A stored manifest counts when it has the right bytes, and is put again when it was damaged. To look at the objects
 * that it names costs a call for each or for each part of the store, so that is left out `withoutObjects`: for who
 * will not read them.
 */
export async function upload(
  store: ObjectStore,
  snapshotId: string,
  projectPath: string,
  options: UploadProjectOptions,
  withoutObjects: boolean,
): Promise<void> {
  const { signal } = options;
  const manifest = checkManifest(options.manifest);
  const text = textOf(manifest, snapshotId);
  const facts = Buffer.from(JSON.stringify(describeManifest(manifest)));
  const files = new ProjectFiles(projectPath, options.overlay);
  const lease = await takeLease(store, 'upload', signal);
  try {
    await waitForPruning(lease, signal);
    const stored = await holds(store, manifestKey(snapshotId), text, signal);
    const missing = stored && withoutObjects ? [] : await findMissing(store, manifest, signal);
    await forEachLimit(missing, sideBySide, signal, async (entry, each) => {
      await store.put(objectKey(entry.sha256), files.read(entry), { signal: each });
    });
    await store.put(infoKey(snapshotId), facts, { signal });
    if (stored && missing.length === 0) return;
    await store.flush?.({ signal });
    await lease.confirm(signal);
    if (!stored) await store.put(manifestKey(snapshotId), text, { signal, durable: true });
  } finally {
    await lease.release();
  }
}

function textOf(manifest: Manifest, snapshotId: string): Buffer {
  const text = Buffer.from(manifestText(manifest));
  const found = createHash('sha256').update(text).digest('hex');
  if (found === snapshotId) return text;
  throw new AIFlowError(
    'blob.invalid_id',
    `the id of a snapshot must be made from its manifest: expected ${found}, found ${snapshotId}`,
    { context: { snapshotId, expected: found } },
  );
}

/** Whether an object has exactly these bytes. */
async function holds(
  store: ObjectStore,
  key: string,
  bytes: Buffer,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const found = await store.get(key, { signal });
  return found !== null && bytes.equals(found);
}

/** Pruning takes seconds, and ends or is taken for dead. */
async function waitForPruning(lease: Lease, signal: AbortSignal | undefined): Promise<void> {
  for (let delay = 50; await lease.isOpposedBy('prune', signal); delay = Math.min(delay * 2, 2_000)) {
    await pause(delay, signal);
  }
}

/** One entry for each content that the store lacks, or has in another length. */
async function findMissing(
  store: ObjectStore,
  manifest: Manifest,
  signal: AbortSignal | undefined,
): Promise<FileEntry[]> {
  const parts = new Map<string, Map<string, FileEntry>>();
  for (const entry of manifest.entries) {
    if (entry.type !== 'file') continue;
    const name = entry.sha256.slice(0, 2);
    const part = parts.get(name) ?? new Map<string, FileEntry>();
    parts.set(name, part.set(objectKey(entry.sha256), entry));
  }
  await forEachLimit(parts, sideBySide, signal, async ([name, wanted], each) => {
    const found = (key: string, size: number): void => {
      if (wanted.get(key)?.size === size) wanted.delete(key);
    };
    if (wanted.size > fewInPart) {
      for await (const { key, size } of store.list(`${objectsPrefix}${name}/`, { signal: each }))
        found(key, size);
      return;
    }
    for (const key of [...wanted.keys()]) {
      const info = await store.head(key, { signal: each });
      if (info !== null) found(key, info.size);
    }
  });
  return [...parts.values()].flatMap((part) => [...part.values()]);
}
