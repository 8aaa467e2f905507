import { chmodSync, constants, copyFileSync, lstatSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Manifest } from '@aiflow/core';
import { local, makeDirectories, makeLinks } from './fill-directory.ts';

/** After so many milliseconds other work of the process has its turn. */
const turn = 25;

/**
 * Copies what a manifest names from a shared copy to an empty directory, where it can be written. Where the file
 * system can share blocks (Btrfs, XFS, APFS) files are cloned, which takes no space until one is changed.
 */
export async function copyTree(
  manifest: Manifest,
  from: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  makeDirectories(manifest, to);
  let turnEnds = performance.now() + turn;
  for (const entry of manifest.entries) {
    if (entry.type !== 'file') continue;
    const target = `${to}/${entry.path}`;
    await local(entry.path, signal, async () => {
      copyFileSync(`${from}/${entry.path}`, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      chmodSync(target, (lstatSync(target).mode & 0o777) | 0o200);
    });
    if (performance.now() < turnEnds) continue;
    await setImmediate();
    signal?.throwIfAborted();
    turnEnds = performance.now() + turn;
  }
  await makeLinks(manifest, to, signal);
}
