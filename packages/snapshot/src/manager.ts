import type {
  BlobManager,
  JsonObject,
  Manifest,
  RemoveSnapshotsOptions,
  SnapshotInfo,
  UploadProjectOptions,
} from '@aiflow/core';
import { fillDirectory } from './fill-directory.ts';
import { guardStore } from './guarded-store.ts';
import { checkSnapshotId, checkUri, uriOf } from './keys.ts';
import { listSnapshots } from './list-snapshots.ts';
import type { ObjectStore } from './object-store.ts';
import { makeOwnCopy } from './own-copy.ts';
import { removeSnapshots } from './prune.ts';
import { readManifest } from './read-manifest.ts';
import type { Fill } from './shared-copy.ts';
import { SharedCopies } from './shared-copy.ts';
import { upload } from './upload.ts';

export interface StoreBlobManagerOptions {
  readonly store: ObjectStore;
  /** What `.config` shows: the plugin's options, without secrets. */
  readonly config: JsonObject;
  /** A directory for the copies that all callers on this machine share. It is made when it is first needed. */
  readonly cacheDir: string;
}

/**
 * A whole `BlobManager` over an {@link ObjectStore}. A blob plugin's class extends it, or hands its store to it.
 *
 * Files lie in the store under the SHA-256 of their content, once however often they occur. A manifest is written
 * after all that it names, and its id is the hash of its bytes: what can be read is whole, and is what it was.
 */
export class StoreBlobManager implements BlobManager {
  readonly config: JsonObject;
  readonly #store: ObjectStore;
  readonly #copies: SharedCopies;

  constructor(options: StoreBlobManagerOptions) {
    this.config = options.config;
    this.#store = guardStore(options.store);
    this.#copies = new SharedCopies(options.cacheDir);
  }

  async uploadProject(
    snapshotId: string,
    projectPath: string,
    options: UploadProjectOptions,
  ): Promise<string> {
    const id = checkSnapshotId(snapshotId);
    // Who has the copy already will not read the stored objects; without it they are read next, and must be right.
    await upload(this.#store, id, projectPath, options, this.#hasCopy(id));
    return uriOf(this.#store.location, snapshotId);
  }

  async downloadProject(
    snapshotId: string,
    remotePath: string,
    localPath?: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<string> {
    this.#check(snapshotId, remotePath);
    const { signal } = options;
    signal?.throwIfAborted();
    if (localPath === undefined)
      return await this.#copies.obtain(snapshotId, this.#fill(snapshotId, true), signal);
    await makeOwnCopy(localPath, this.#fill(snapshotId, false), signal);
    return localPath;
  }

  async cleanupProject(snapshotId: string, remotePath: string): Promise<void> {
    this.#check(snapshotId, remotePath);
    await this.#copies.remove(snapshotId);
  }

  async listSnapshots(): Promise<SnapshotInfo[]> {
    return await listSnapshots(this.#store);
  }

  async readManifest(snapshotId: string, remotePath: string): Promise<Manifest> {
    this.#check(snapshotId, remotePath);
    return await readManifest(this.#store, snapshotId);
  }

  async removeSnapshots(
    snapshotIds: readonly string[],
    { unusedSince = Infinity }: RemoveSnapshotsOptions = {},
  ): Promise<number> {
    return await removeSnapshots(this.#store, new Set(snapshotIds.map(checkSnapshotId)), unusedSince);
  }

  /** A cache directory that cannot be looked at has no copy: it is named when one is to be put there. */
  #hasCopy(snapshotId: string): boolean {
    try {
      return this.#copies.has(snapshotId);
    } catch {
      return false;
    }
  }

  #check(snapshotId: string, uri: string): void {
    checkUri(uri, this.#store.location, checkSnapshotId(snapshotId));
  }

  #fill(snapshotId: string, readOnly: boolean): Fill {
    return async (directory, signal) => {
      const manifest = await readManifest(this.#store, snapshotId, signal);
      await fillDirectory(this.#store, manifest, directory, { readOnly, signal });
    };
  }
}
