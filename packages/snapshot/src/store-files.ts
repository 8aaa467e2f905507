import type { FileTable } from '@aiflow/core';
import { knownKeys } from './locate.ts';
import { largestPiece } from './pack-index.ts';
import { planPacks } from './plan-packs.ts';
import { realRoot } from './project-files.ts';
import { packInThread, sendAll } from './send-packs.ts';
import { SharedHashes } from './shared-hashes.ts';
import { Threads } from './threads.ts';
import type { UploadPlace } from './upload.ts';
import { underLease } from './upload.ts';

/** A file by its place in the table. */
interface Listed {
  readonly place: number;
  readonly size: number;
}

/**
 * Reads files of a project, says their hashes, and puts packs of what the store does not have: an upload that ends
 * before it has a manifest. The one that follows looks for the contents that its manifest names, as it does after any
 * upload that broke off, so it counts on nothing that was done here.
 */
export async function storeFiles(
  place: UploadPlace,
  root: string,
  files: FileTable,
  signal: AbortSignal | undefined,
): Promise<(string | null)[]> {
  const threads = new Threads(); // they begin while the store is asked what it has
  try {
    const realPath = realRoot(root);
    const all = listed(files);
    const most = all.reduce((sum, { size }) => sum + 1 + Math.ceil(size / largestPiece), 0);
    return await underLease(place, signal, async () => {
      const keys = await knownKeys(place.store, place.indexes, signal);
      const { slots: known } = SharedHashes.of(keys, most);
      const hashes = Array.from({ length: files.count }, (): string | null => null);
      await sendAll(place.store, planPacks(all), threads, signal, async (job, sink) => {
        const { needsSha256 } = sink;
        const rows = files.pick(job.map((file) => file.place)).rows();
        const message = { kind: 'read', files: { root: realPath, ...rows }, known, needsSha256 } as const;
        await packInThread(threads, message, sink, (said) => {
          if (said.kind !== 'hashes') return;
          for (const [order, hash] of said.hashes.entries()) hashes[job[order]?.place ?? 0] = hash;
        });
      });
      return hashes;
    });
  } finally {
    await threads.close();
  }
}

/** In the order of their paths: whoever reads the same files makes the same packs. */
function listed(files: FileTable): Listed[] {
  const all = Array.from({ length: files.count }, (_, place) => ({
    place,
    path: files.path(place),
    size: files.size(place),
  }));
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
}
