import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker, isMainThread, workerData } from 'node:worker_threads';
import type { BlobManager, Manifest } from '@aiflow/core';
import { FileTable, fileStat, isAIFlowError, snapshotProject } from '@aiflow/core';
import type { StoreOptions } from '@aiflow/snapshot';
import { StoreBlobManager } from '@aiflow/snapshot';
import { LocalObjectStore } from '../src/store.ts';

/** What another process of this machine does with the store, told as JSON in its arguments. */
export interface Task {
  /**
   * `store` uploads what was read for the snapshot already, as happens with large projects; `follow` downloads as soon
   * as there is something, and looks at every byte.
   */
  readonly what: 'upload' | 'store' | 'download' | 'follow';
  readonly directory: string;
  readonly stateDir: string;
  readonly project: string;
  readonly snapshotId: string;
  readonly uri: string;
  readonly threads: number;
  readonly downloads: number;
}

/** A store that counts how often a manifest is read: once for each copy that is made. */
class CountingStore extends LocalObjectStore {
  copies = 0;

  override async get(key: string, options?: StoreOptions): Promise<Uint8Array | null> {
    if (key.endsWith('/manifest')) this.copies += 1;
    return await super.get(key, options);
  }
}

async function run(task: Task): Promise<void> {
  const store = new CountingStore(task.directory);
  const blob = new StoreBlobManager({ store, config: {}, cacheDir: join(task.stateDir, 'snapshots-cache') });
  process.stdout.write('begin\n');
  if (task.what === 'upload' || task.what === 'store') {
    const { snapshotId, manifest } = await projectSnapshot(task.project);
    if (task.what === 'store') await storeFiles(blob, task.project, manifest);
    await blob.uploadProject(snapshotId, task.project, { manifest });
    process.stdout.write('done\n');
    return;
  }
  if (task.what === 'follow') {
    const follows = Array.from({ length: task.downloads }, async () => await follow(blob, task));
    process.stdout.write(`whole ${(await Promise.all(follows)).filter(Boolean).length}\n`);
    return;
  }
  const downloads = Array.from({ length: task.downloads }, async () => {
    const path = await blob.downloadProject(task.snapshotId, task.uri);
    return statSync(path).ino;
  });
  const inodes = new Set(await Promise.all(downloads));
  process.stdout.write(`copies ${store.copies} inodes ${[...inodes].join(',')}\n`);
}

async function storeFiles(blob: BlobManager, project: string, { entries }: Manifest): Promise<void> {
  const files = new FileTable();
  for (const { type, path } of entries)
    if (type === 'file') files.add(path, fileStat(lstatSync(join(project, path))));
  await blob.storeFiles?.(project, files);
}

/** Whether a download, once there is something to download, has the content of the snapshot to the last byte. */
export async function follow(
  blob: BlobManager,
  { snapshotId, uri }: Pick<Task, 'snapshotId' | 'uri'>,
): Promise<boolean> {
  for (;;) {
    try {
      const path = await blob.downloadProject(snapshotId, uri);
      return (await projectSnapshot(path)).snapshotId === snapshotId;
    } catch (error) {
      if (!isAIFlowError(error) || error.code !== 'blob.not_found') throw error;
      await wait(20);
    }
  }
}

export async function projectSnapshot(projectPath: string): ReturnType<typeof snapshotProject> {
  const options = { projectName: 'races', workflowName: null, plugins: [], overlay: null, indexPath: null };
  return await snapshotProject({ projectPath, ...options });
}

if (!isMainThread) await run(workerData as Task);
else if (process.argv[1] === import.meta.filename) {
  const task = JSON.parse(process.argv[2] ?? '{}') as Task;
  const others = Array.from(
    { length: task.threads - 1 },
    () => new Worker(import.meta.filename, { workerData: task }),
  );
  for (const other of others)
    other.once('error', (error) =>
      process.stderr.write(`${String(error)}
`),
    );
  await run(task);
}
