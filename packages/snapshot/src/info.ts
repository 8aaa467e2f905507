import type { Manifest } from '@aiflow/core';
import { isJsonObject } from '@aiflow/core';
import { infoKey, snapshotIdOfKey } from './keys.ts';
import type { ObjectInfo } from './object-store.ts';

/** The facts of a snapshot that a list shows, kept beside its manifest, from which they follow. */
export interface ManifestFacts {
  readonly projectName: string;
  readonly workflowName: string | null;
  readonly files: number;
  readonly size: number;
}

export function describeManifest({ projectName, workflowName, entries }: Manifest): ManifestFacts {
  let files = 0;
  let size = 0;
  for (const entry of entries) {
    if (entry.type !== 'file') continue;
    files += 1;
    size += entry.size;
  }
  return { projectName, workflowName, files, size };
}

/**
 * When each whole snapshot was last used, by its id; `infos` are all objects below `snapshots/`. An upload of what is
 * stored puts its facts anew, and its manifest only when that was damaged.
 */
export function lastUses(infos: readonly ObjectInfo[]): Map<string, number> {
  const times = new Map(infos.map(({ key, modifiedTime }) => [key, modifiedTime]));
  const uses = new Map<string, number>();
  for (const [key, time] of times) {
    const snapshotId = snapshotIdOfKey(key);
    if (snapshotId !== null) uses.set(snapshotId, Math.max(time, times.get(infoKey(snapshotId)) ?? time));
  }
  return uses;
}

/** Reads what a store kept of them; null when that is damaged or missing, and the manifest must be asked. */
export function parseFacts(bytes: Uint8Array | null): ManifestFacts | null {
  if (bytes === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
  if (!isJsonObject(value)) return null;
  const { projectName, workflowName, files, size } = value;
  if (typeof projectName !== 'string' || typeof files !== 'number' || typeof size !== 'number') return null;
  if (typeof workflowName !== 'string' && workflowName !== null) return null;
  return { projectName, workflowName, files, size };
}
