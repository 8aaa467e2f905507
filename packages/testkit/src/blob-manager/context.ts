import type { BlobManager } from '@aiflow/core';
import type { CaseContext } from '../suite/case.ts';
import type { Places, StorePlace } from '../suite/place.ts';
import { createPlaces } from '../suite/place.ts';
import { defaultPatience, within } from '../suite/wait.ts';
import type { BlobManagerSuiteOptions } from './options.ts';
import type { ProjectTree, WrittenProject } from './project.ts';
import { writeProject } from './project.ts';

export class BlobManagerContext implements CaseContext {
  readonly blob: BlobManager;
  readonly options: BlobManagerSuiteOptions;
  readonly patience: number;
  readonly #places: Places;

  constructor(options: BlobManagerSuiteOptions, places: Places, blob: BlobManager) {
    this.options = options;
    this.patience = options.patience ?? defaultPatience;
    this.blob = blob;
    this.#places = places;
  }

  async place(): Promise<StorePlace> {
    return await this.#places.at();
  }

  /** The same store as another process of this machine has it, or one of another machine. */
  async reopen(machine?: number): Promise<BlobManager> {
    return await this.options.open(await this.#places.at(machine));
  }

  fresh(label: string): string {
    return this.#places.fresh(label);
  }

  async project(tree: ProjectTree): Promise<WrittenProject> {
    return await writeProject(this.fresh('project'), tree);
  }

  async upload(
    { snapshotId, path, manifest }: WrittenProject,
    blob: BlobManager = this.blob,
  ): Promise<string> {
    return await within('uploadProject', blob.uploadProject(snapshotId, path, { manifest }), this.patience);
  }

  async download(snapshotId: string, uri: string, blob: BlobManager = this.blob): Promise<string> {
    return await within('downloadProject', blob.downloadProject(snapshotId, uri), this.patience);
  }

  async dispose(): Promise<void> {
    try {
      await this.options.remove?.(await this.#places.at());
    } finally {
      await this.#places.dispose();
    }
  }
}

export async function openBlobManager(options: BlobManagerSuiteOptions): Promise<BlobManagerContext> {
  const places = await createPlaces();
  return new BlobManagerContext(options, places, await options.open(await places.at()));
}
