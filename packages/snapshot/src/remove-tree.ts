import { chmodSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@aiflow/core';

/** Removes a directory tree whose directories may be read-only. Harmless when there is none. */
export async function removeTree(path: string): Promise<void> {
  try {
    const pending = [path];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      chmodSync(at, 0o755);
      for (const entry of readdirSync(at, { withFileTypes: true })) {
        if (entry.isDirectory()) pending.push(join(at, entry.name));
      }
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error; // another one removes it beside us
  }
  await rm(path, { recursive: true, force: true });
}
