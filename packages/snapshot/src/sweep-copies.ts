import type { CopyNote } from './copy-notes.ts';

/**
 * Has copies removed until the rest takes `limit` bytes or less, those first that were used the longest time ago.
 * `remove` says whether it did: one that is in use stays, and the next is asked.
 */
export async function sweepCopies(
  copies: readonly CopyNote[],
  limit: number,
  remove: (id: string) => Promise<boolean>,
): Promise<void> {
  let total = copies.reduce((sum, { size }) => sum + size, 0);
  for (const { id, size } of copies.toSorted((a, b) => a.usedTime - b.usedTime)) {
    if (total <= limit) return;
    if (await remove(id)) total -= size;
  }
}
