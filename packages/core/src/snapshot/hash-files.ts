import { setImmediate } from 'node:timers/promises';
import type { BlobManager } from './blob-manager.ts';
import type { FileTable } from './file-table.ts';
import { hashInThreads, isWorthThreads } from './hash-in-threads.ts';
import type { HashOutcome } from './hash.ts';
import { tryHash } from './hash.ts';
import { ignoreFile } from './ignore.ts';
import type { SnapshotIndex } from './index-file.ts';
import type { SnapshotProblem } from './problem.ts';

/** After so many milliseconds of reading files, other work of the process has its turn. */
const turn = 25;

export interface HashedFiles {
  /** The hash of each file; empty for one that has a problem. */
  readonly hashes: readonly string[];
  readonly problems: readonly SnapshotProblem[];
  /** How many were read, and not found in the index. */
  readonly read: number;
}

export interface HashFilesOptions {
  /** Reads many files in place of our own threads, where it can. They are asked for what it does not know. */
  readonly blob?: Pick<BlobManager, 'storeFiles'> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The hashes of files below `root`, taken from the index where it still holds. A file that was another when it was read
 * is so in `files` then. Never throws for a file: what is wrong with one is a problem in the result.
 */
export async function hashFiles(
  root: string,
  files: FileTable,
  index: SnapshotIndex | null,
  options: HashFilesOptions,
): Promise<HashedFiles> {
  const hashes: string[] = [];
  const problems: SnapshotProblem[] = [];
  const unknown: number[] = [];
  for (let at = 0; at < files.count; at += 1) {
    const sha256 = index?.find(files.path(at), files.stat(at)) ?? '';
    hashes.push(sha256);
    if (sha256 === '') unknown.push(at);
  }
  for (const [order, outcome] of (await hashAll(root, files.pick(unknown), options)).entries()) {
    const at = unknown[order] ?? 0;
    const path = files.path(at);
    if (typeof outcome === 'string') hashes[at] = outcome;
    else if (outcome === null) problems.push(changed(path));
    else if ('failure' in outcome) problems.push(problemOf(path, outcome.failure));
    else {
      hashes[at] = outcome.sha256;
      files.set(at, outcome.stat);
    }
  }
  return { hashes, problems, read: unknown.length };
}

async function hashAll(
  root: string,
  files: FileTable,
  { blob, signal }: HashFilesOptions,
): Promise<HashOutcome[]> {
  if (!isWorthThreads(files)) return await hashInTurns(root, files, signal);
  if (blob?.storeFiles === undefined) return await hashInThreads(root, files, signal);
  const outcomes: HashOutcome[] = [...(await blob.storeFiles(root, files, { signal }))];
  const left: number[] = [];
  for (let at = 0; at < files.count; at += 1) if (typeof outcomes[at] !== 'string') left.push(at);
  const rest = await hashAll(root, files.pick(left), { signal });
  for (const [order, at] of left.entries()) outcomes[at] = rest[order] ?? null;
  return outcomes;
}

async function hashInTurns(
  root: string,
  files: FileTable,
  signal: AbortSignal | undefined,
): Promise<HashOutcome[]> {
  const outcomes: HashOutcome[] = [];
  let turnEnds = performance.now() + turn;
  for (let at = 0; at < files.count; at += 1) {
    outcomes.push(await tryHash(`${root}/${files.path(at)}`, files.stat(at), signal));
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
