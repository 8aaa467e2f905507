import { setImmediate } from 'node:timers/promises';
import { errorCode, messageOf } from '../errors.ts';
import { hashFile } from './hash.ts';
import { ignoreFile } from './ignore.ts';
import type { IndexEntry, SnapshotIndex } from './index-file.ts';
import type { SnapshotProblem } from './problem.ts';
import type { WalkedFile } from './walk.ts';

/** After so many milliseconds of reading files, other work of the process has its turn. */
const turn = 25;

export interface HashedFiles {
  readonly entries: IndexEntry[];
  readonly problems: SnapshotProblem[];
  /** How many were read, and not found in the index. */
  readonly hashed: number;
}

/**
 * The hashes of files below `root`, taken from the index where it still holds. Never throws for a file: what is
 * wrong with one is a problem in the result.
 */
export async function hashFiles(
  root: string,
  files: readonly WalkedFile[],
  index: SnapshotIndex | null,
  signal: AbortSignal | undefined,
): Promise<HashedFiles> {
  const entries: IndexEntry[] = [];
  const problems: SnapshotProblem[] = [];
  let hashed = 0;
  let turnEnds = performance.now() + turn;
  for (const { path, stat } of files) {
    const known = index?.find(path, stat) ?? null;
    if (known !== null) {
      entries.push({ path, stat, sha256: known });
      continue;
    }
    hashed += 1;
    try {
      const found = await hashFile(`${root}/${path}`, stat, signal);
      if (found === null) problems.push(changed(path));
      else entries.push({ path, ...found });
    } catch (error) {
      signal?.throwIfAborted();
      problems.push(isGone(error) ? changed(path) : unreadable(path, error));
    }
    if (performance.now() < turnEnds) continue;
    await setImmediate();
    signal?.throwIfAborted();
    turnEnds = performance.now() + turn;
  }
  return { entries, problems, hashed };
}

/** ELOOP is what opening without following says of a link. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '');
}

function changed(path: string): SnapshotProblem {
  return {
    code: 'snapshot.changed',
    path,
    message: `it changes while it is read: wait until it is written, or add it to ${ignoreFile}`,
  };
}

function unreadable(path: string, error: unknown): SnapshotProblem {
  return { code: 'snapshot.unreadable', path, message: `it cannot be read: ${messageOf(error)}` };
}
