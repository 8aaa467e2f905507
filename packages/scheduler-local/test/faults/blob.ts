import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobManager } from '@aiflow/core';
import type { Faults } from './faults.ts';

/** A store of snapshots of which only what the worker asks for is there: a download, which may fail. */
export function strikenBlob(directory: string, faults: Faults): BlobManager {
  const refuse = async (): Promise<never> => {
    throw new Error('the worker asks for downloads alone');
  };
  return {
    config: {},
    uploadProject: refuse,
    downloadProject: async (snapshotId) =>
      await faults.around('downloadProject', () => {
        const path = join(directory, snapshotId);
        mkdirSync(path, { recursive: true });
        return path;
      }),
    cleanupProject: refuse,
    listSnapshots: refuse,
    readManifest: refuse,
    removeSnapshots: refuse,
  };
}
