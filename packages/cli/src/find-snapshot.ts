import type { BlobManager, SnapshotInfo } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';

/** The snapshot whose id begins with `prefix`. Throws `snapshot.unknown` when there is none, or more than one. */
export async function findSnapshot(blob: BlobManager, prefix: string): Promise<SnapshotInfo> {
  const snapshots = await blob.listSnapshots();
  const found = /^[0-9a-f]{4,64}$/.test(prefix)
    ? snapshots.filter((snapshot) => snapshot.snapshotId.startsWith(prefix))
    : [];
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  throw new AIFlowError(
    'snapshot.unknown',
    second === undefined
      ? `no snapshot has an id that begins with "${prefix.slice(0, 70)}": "aiflow snapshot list" shows those that there are`
      : `${found.length} snapshots have an id that begins with "${prefix}": write more of it`,
    { context: { prefix: prefix.slice(0, 70) } },
  );
}
