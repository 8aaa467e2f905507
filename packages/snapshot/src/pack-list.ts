import { hash } from 'node:crypto';
import { AIFlowError, isAIFlowError, isJsonObject, isSnapshotId } from '@aiflow/core';
import { corrupt } from './corrupt.ts';
import { packListKey } from './keys.ts';
import type { ObjectStore } from './object-store.ts';

/** The version of the list's shape. */
const format = 1;

/** The text that names the packs of a snapshot. With a sum: a pack that it forgot would be taken for unused. */
export function packListText(packIds: Iterable<string>): Buffer {
  const packs = [...new Set(packIds)].sort();
  return Buffer.from(`${JSON.stringify({ format, packs, sum: sumOf(packs) })}\n`);
}

/**
 * The packs that hold what a snapshot's manifest names. Throws `blob.corrupt` when the list is damaged or missing, and
 * `blob.unsupported_layout` when a later version wrote it.
 */
export async function readPackList(
  store: ObjectStore,
  snapshotId: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const key = packListKey(snapshotId);
  const bytes = await store.get(key, { signal });
  if (bytes === null) throw corrupt(store, key, 'it is missing');
  const value = parse(bytes);
  if (!isJsonObject(value)) throw corrupt(store, key, 'its content is damaged');
  if (value['format'] !== format) {
    throw new AIFlowError(
      'blob.unsupported_layout',
      `"${key}" in ${store.location} must have format ${format}, not ${JSON.stringify(value['format'] ?? null)}: ` +
        `a later version of @aiflow/snapshot may read it`,
      { context: { location: store.location, key } },
    );
  }
  const { packs, sum } = value;
  if (!Array.isArray(packs) || !packs.every((id) => typeof id === 'string' && isSnapshotId(id)))
    throw corrupt(store, key, 'it names what is no pack');
  const packIds = packs as readonly string[];
  if (sum !== sumOf(packIds)) throw corrupt(store, key, 'its content is damaged');
  return packIds;
}

/** Whether this is what {@link readPackList} throws of a list that is wrong for good, until it is stored again. */
export function isWrongList(error: unknown): error is AIFlowError {
  return isAIFlowError(error) && (error.code === 'blob.corrupt' || error.code === 'blob.unsupported_layout');
}

function sumOf(packIds: readonly string[]): string {
  return hash('sha256', packIds.join(), 'hex');
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null; // damaged, which its reader says
  }
}
