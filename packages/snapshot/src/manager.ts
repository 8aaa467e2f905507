import { join } from 'node:path';
import type {
  BlobManager,
  FileTable,
  JsonObject,
  Manifest,
  RemoveSnapshotsOptions,
  SnapshotInfo,
  UploadProjectOptions,
} from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import { bytesOf, expectedSize } from './bytes-of.ts';
import { copyTree } from './copy-tree.ts';
import type { StoredSnapshot } from './fill-directory.ts';
import { fillDirectory } from './fill-directory.ts';
import { guardStore } from './guarded-store.ts';
import { IndexCache } from './index-cache.ts';
import { checkSnapshotId, checkUri, uriOf } from './keys.ts';
import { Layout } from './layout.ts';
import { listSnapshots } from './list-snapshots.ts';
import type { ObjectStore } from './object-store.ts';
import { makeOwnCopy } from './own-copy.ts';
import { removeSnapshots } from './prune.ts';
import { readManifest } from './read-manifest.ts';
import type { Fill } from './shared-copy.ts';
import { SharedCopies } from './shared-copy.ts';
import { storeFiles } from './store-files.ts';
import type { UploadPlace } from './upload.ts';
import { upload } from './upload.ts';

export interface StoreBlobManagerOptions {
  readonly store: ObjectStore;
  /** What `.config` shows: the plugin's options, without secrets. */
  readonly config: JsonObject;
  /** A directory for the copies that all callers on this machine share. It is made when it is first needed. */
  readonly cacheDir: string;
  /**
   * How much these copies take at most, as {@link bytesOf} reads it; 10 GiB unless said. Those are removed first that
   * were used the longest time ago, and never one that is in use, so that they may take more.
   */
  readonly cacheSize?: string | number | undefined;
}

const defaultCacheSize = '10 GiB';

/**
 * A whole `BlobManager` over an {@link ObjectStore}. A blob plugin's class extends it, or hands its store to it.
 *
 * Contents lie in the store once however often they occur, small ones packed together and large ones in parts. A
 * manifest is written after all that it names, and its id is the hash of its bytes: what can be read is whole, and is
 * what it was.
 */
export class StoreBlobManager implements BlobManager {
  readonly config: JsonObject;
  readonly #store: ObjectStore;
  readonly #place: UploadPlace;
  readonly #copies: SharedCopies;

  /** Throws `blob.invalid_options` for a `cacheSize` that is none. */
  constructor(options: StoreBlobManagerOptions) {
    const { cacheSize = defaultCacheSize } = options;
    const bytes = bytesOf(cacheSize);
    if (bytes === null) {
      throw new AIFlowError(
        'blob.invalid_options',
        `cacheSize is not valid: ${expectedSize}, found ${typeof cacheSize === 'string' ? JSON.stringify(cacheSize) : cacheSize}`,
        { context: { option: 'cacheSize' } },
      );
    }
    this.config = options.config;
    this.#store = guardStore(options.store);
    const layout = new Layout(this.#store);
    const indexes = new IndexCache(join(options.cacheDir, '.indexes'));
    this.#place = { store: this.#store, layout, indexes };
    this.#copies = new SharedCopies(options.cacheDir, bytes);
  }

  prepare(): void {
    this.#store.prepare?.();
  }

  async storeFiles(
    root: string,
    files: FileTable,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<(string | null)[]> {
    return await storeFiles(this.#place, root, files, signal);
  }

  async uploadProject(
    snapshotId: string,
    projectPath: string,
    options: UploadProjectOptions,
  ): Promise<string> {
    const id = checkSnapshotId(snapshotId);
    // Who has the copy already will not read the stored objects; without it they are read next, and must be right.
    await upload(this.#place, id, projectPath, options, this.#hasCopy(id));
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
    const snapshot = async (): Promise<StoredSnapshot> => await this.#read(snapshotId, signal);
    if (localPath === undefined) {
      const fill: Fill = async (to, each) =>
        await fillDirectory(await snapshot(), to, { readOnly: true, signal: each });
      return await this.#copies.obtain(snapshotId, fill, signal);
    }
    await makeOwnCopy(
      localPath,
      async (to, each) => {
        const { manifest, ...rest } = await snapshot();
        const isCopied =
          this.#hasCopy(snapshotId) &&
          (await this.#copies.borrow(snapshotId, async (from) => await copyTree(manifest, from, to, each)));
        if (!isCopied) await fillDirectory({ manifest, ...rest }, to, { readOnly: false, signal: each });
      },
      signal,
    );
    return localPath;
  }

  async cleanupProject(snapshotId: string, remotePath: string): Promise<void> {
    this.#check(snapshotId, remotePath);
    await this.#copies.remove(snapshotId);
  }

  async listSnapshots(): Promise<SnapshotInfo[]> {
    await this.#place.layout.check();
    return await listSnapshots(this.#store);
  }

  async readManifest(snapshotId: string, remotePath: string): Promise<Manifest> {
    this.#check(snapshotId, remotePath);
    await this.#place.layout.check();
    return await readManifest(this.#store, snapshotId);
  }

  async removeSnapshots(
    snapshotIds: readonly string[],
    { unusedSince = Infinity }: RemoveSnapshotsOptions = {},
  ): Promise<number> {
    const ids = new Set(snapshotIds.map(checkSnapshotId));
    await this.#place.layout.check();
    return await removeSnapshots(this.#store, ids, unusedSince);
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

  async #read(snapshotId: string, signal: AbortSignal | undefined): Promise<StoredSnapshot> {
    const { store, layout, indexes } = this.#place;
    await layout.check(signal);
    return { store, indexes, snapshotId, manifest: await readManifest(store, snapshotId, signal) };
  }
}
