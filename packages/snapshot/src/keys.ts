import { AIFlowError, isSnapshotId } from '@aiflow/core';

/*
 * What lies where in a store:
 *   layout.json                              which layout this is; there from the first upload
 *   packs/<first two digits>/<pack id>       contents of files, packed together and compressed
 *   indexes/<first two digits>/<pack id>     what that pack holds, and where in it; the id is the SHA-256 of this
 *   snapshots/<snapshot id>/info.json        what a list shows without reading the manifest; put anew at each use
 *   snapshots/<snapshot id>/packs.json       the packs that hold the snapshot's contents
 *   snapshots/<snapshot id>/manifest         the manifest's text, whose SHA-256 is the id; there from when all is there
 *   leases/<upload or prune>-<token>         who is at work
 */
export const layoutKey = 'layout.json';
export const packsPrefix = 'packs/';
export const indexesPrefix = 'indexes/';
export const snapshotsPrefix = 'snapshots/';
export const leasesPrefix = 'leases/';
const manifestName = '/manifest';

export function packKey(packId: string): string {
  return `${packsPrefix}${packId.slice(0, 2)}/${packId}`;
}

export function indexKey(packId: string): string {
  return `${indexesPrefix}${packId.slice(0, 2)}/${packId}`;
}

/** The id of the pack that a key names, or null for any other key. */
export function packIdOfKey(key: string): string | null {
  const id = key.slice(key.lastIndexOf('/') + 1);
  return isSnapshotId(id) && key === packKey(id) ? id : null; // both ids have one form
}

export function manifestKey(snapshotId: string): string {
  return `${snapshotsPrefix}${snapshotId}${manifestName}`;
}

export function packListKey(snapshotId: string): string {
  return `${snapshotsPrefix}${snapshotId}/packs.json`;
}

export function infoKey(snapshotId: string): string {
  return `${snapshotsPrefix}${snapshotId}/info.json`;
}

/** The id of the snapshot whose manifest a key names, or null for any other key. */
export function snapshotIdOfKey(key: string): string | null {
  const id = key.slice(snapshotsPrefix.length, -manifestName.length);
  return isSnapshotId(id) && key === manifestKey(id) ? id : null;
}

/** The uri of a snapshot: where its manifest lies, without its name. */
export function uriOf(location: string, snapshotId: string): string {
  return `${location}/${snapshotsPrefix}${snapshotId}`;
}

/** Gives an id from outside back, or throws `blob.invalid_id`. */
export function checkSnapshotId(snapshotId: string): string {
  if (typeof snapshotId === 'string' && isSnapshotId(snapshotId)) return snapshotId;
  throw new AIFlowError(
    'blob.invalid_id',
    `${shown(snapshotId)} is not a snapshot id: expected 64 hexadecimal digits, as "aiflow snapshot list" shows them`,
    { context: { snapshotId: String(snapshotId).slice(0, 200) } },
  );
}

/**
 * Throws `blob.invalid_uri` unless `uri` is exactly the one that this store gave for the snapshot. An id has one uri,
 * so nothing needs to be taken apart, decoded or normalised, and no way of writing a path can lead elsewhere.
 */
export function checkUri(uri: string, location: string, snapshotId: string): void {
  const expected = uriOf(location, snapshotId);
  if (uri === expected) return;
  throw new AIFlowError(
    'blob.invalid_uri',
    `${shown(uri)} is not the uri of this snapshot in this store: expected "${expected}"; check which store is configured`,
    { context: { uri: String(uri).slice(0, 500), expected } },
  );
}

function shown(value: string): string {
  const text = String(value);
  return JSON.stringify(text.length > 150 ? `${text.slice(0, 150)}…` : text);
}
