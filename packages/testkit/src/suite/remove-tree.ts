import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes a directory with all that is in it, also what was made read-only, as snapshots are. */
export async function removeTree(root: string): Promise<void> {
  const pending = [root];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    await chmod(directory, 0o700);
    for (const child of await readdir(directory, { withFileTypes: true })) {
      if (child.isDirectory()) pending.push(join(directory, child.name));
    }
  }
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
}
