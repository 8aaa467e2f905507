import type { JsonObject } from '../json.ts';
import type { FileTable } from './file-table.ts';
import type { Manifest } from './manifest.ts';

export interface UploadProjectOptions {
  /** What the snapshot holds, as `snapshotProject` gives it. The snapshot's id is made from it. */
  readonly manifest: Manifest;
  /** The directory that the manifest's paths below `generated/` are read from (as `<overlay>/generated/…`). */
  readonly overlay?: string;
  readonly signal?: AbortSignal;
}

/** A snapshot as a store lists it. */
export interface SnapshotInfo {
  readonly snapshotId: string;
  readonly uri: string;
  readonly projectName: string;
  readonly workflowName: string | null;
  readonly files: number;
  /** The sum of its files' sizes in bytes, shared or not. */
  readonly size: number;
  /**
   * When it was last used: stored, or uploaded again as an unchanged project is each time that it runs. Milliseconds
   * since 1970, by the store's clock.
   */
  readonly createTime: number;
}

export interface RemoveSnapshotsOptions {
  /**
   * What was used at this time or later stays. Who passes the newest `createTime` of the list that the ids were chosen
   * from removes nothing that has been uploaded since.
   */
  readonly unusedSince?: number;
}

/**
 * Reads files below `root` of which it is not known what they hold, and gives the SHA-256 of each, in their order; null
 * for one that is not as `files` says that it was seen, or that cannot be read.
 */
export type StoreFiles = (
  root: string,
  files: FileTable,
  options?: { readonly signal?: AbortSignal | undefined },
) => Promise<readonly (string | null)[]>;

/**
 * Keeps snapshots of projects. An id is made from the content, so a second upload of an id stores no content,
 * and only makes it the newest. Nothing is visible before it is whole, and what is read is checked against its hash
 * (`blob.corrupt`).
 */
export interface BlobManager {
  readonly config: JsonObject;
  /**
   * Begins to get ready for what will be asked next, such as to load a large library, so that it is there by then.
   * Touches nothing outside this process, and leaves it to what is asked to say what is wrong. A manager that is ready
   * at once leaves this out.
   */
  prepare?(): void;
  /**
   * Lets `snapshotProject` and `uploadProject` read a project's files once for both: what is read here may be in the
   * store afterwards, as if an upload had broken off, and the upload that follows finds it. Nothing depends on that: a
   * manager that leaves this out has the files read twice. Throws what `uploadProject` throws for a store that cannot be
   * reached, never for a file.
   */
  storeFiles?: StoreFiles;
  /** Stores the project; resolves with the uri that `downloadProject` takes. `blob.changed` when a file is not what the manifest says. */
  uploadProject(
    workflowSnapshotId: string,
    projectPath: string,
    options?: UploadProjectOptions,
  ): Promise<string>;
  /**
   * The path of a directory with the snapshot's files, read-only. Without `localPath` it is a copy that all callers
   * on this machine share; with it, the caller's own, at a path that must not exist. `blob.not_found` for an
   * unknown snapshot.
   */
  downloadProject(
    workflowSnapshotId: string,
    remotePath: string,
    localPath?: string,
    options?: { readonly signal?: AbortSignal },
  ): Promise<string>;
  /** Removes the shared local copy, never what is stored. Harmless when there is none. */
  cleanupProject(workflowSnapshotId: string, remotePath: string): Promise<void>;

  /** What is stored, last used first. */
  listSnapshots(): Promise<SnapshotInfo[]>;
  /** The manifest of one; `blob.not_found` when there is none. */
  readManifest(workflowSnapshotId: string, remotePath: string): Promise<Manifest>;
  /**
   * Removes the snapshots from the store, with every object that no other snapshot uses; ids that are not stored are
   * passed over, and none at all removes what broken uploads left. Gives the bytes set free. `blob.busy` while an
   * upload is under way.
   */
  removeSnapshots(workflowSnapshotIds: readonly string[], options?: RemoveSnapshotsOptions): Promise<number>;
}
