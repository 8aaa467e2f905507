import { setImmediate } from 'node:timers/promises';
import { hashInThreads, isWorthThreads } from './hash-in-threads.ts';
import type { HashOutcome } from './hash.ts';
import { tryHash } from './hash.ts';
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
  const unknown: WalkedFile[] = [];
  for (const file of files) {
    const sha256 = index?.find(file.path, file.stat) ?? null;
    if (sha256 === null) unknown.push(file);
    else entries.push({ ...file, sha256 });
  }
  const hash = isWorthThreads(unknown) ? hashInThreads : hashInTurns;
  const outcomes = await hash(root, unknown, signal);
  for (const [at, { path }] of unknown.entries()) {
    const outcome = outcomes[at] ?? null;
    if (outcome === null) problems.push(changed(path));
    else if ('failure' in outcome) problems.push(problemOf(path, outcome.failure));
    else entries.push({ path, ...outcome });
  }
  return { entries, problems, hashed: unknown.length };
}

async function hashInTurns(
  root: string,
  files: readonly WalkedFile[],
  signal: AbortSignal | undefined,
): Promise<HashOutcome[]> {
  const outcomes: HashOutcome[] = [];
  let turnEnds = performance.now() + turn;
  for (const { path, stat } of files) {
    outcomes.push(await tryHash(`${root}/${path}`, stat, signal));
    if (performance.now() < turnEnds) continue;
    await setImmediate();
    signal?.throwIfAborted();
    turnEnds = performance.now() + turn;
  }
  return outcomes;
}

/** ELOOP is what opening without following says of a link. */
const gone: readonly (string | null)[] = ['ENOENT', 'ENOTDIR', 'ELOOP'];

function problemOf(
  path: string,
  { code, message }: { readonly code: string | null; readonly message: string },
): SnapshotProblem {
  if (gone.includes(code)) return changed(path);
  return { code: 'snapshot.unreadable', path, message: `it cannot be read: ${message}` };
}

function changed(path: string): SnapshotProblem {
  return {
    code: 'snapshot.changed',
    path,
    message: `it changes while it is read: wait until it is written, or add it to ${ignoreFile}`,
  };
}
