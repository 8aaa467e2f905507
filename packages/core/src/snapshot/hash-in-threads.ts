import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AIFlowError, messageOf } from '../errors.ts';
import type { FileRows, FileTable } from './file-table.ts';
import type { HashBatch } from './hash-thread.ts';
import type { HashOutcome } from './hash.ts';

/** More threads than this are of no use: the disk is what is waited for then. */
const mostThreads = 4;
/** What a thread is told at once: so many files, or so many bytes, whichever is less. */
const batch = { files: 500, bytes: 16 * 1024 * 1024 };
/** With less than this, threads would take longer to begin than the work takes. */
const few = { files: 2_000, bytes: 64 * 1024 * 1024 };

// In the sources of this package the thread's file is TypeScript, in what is published it is JavaScript.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** Whether it pays to hash these files in threads. */
export function isWorthThreads(files: FileTable): boolean {
  if (files.count > few.files) return true;
  let bytes = 0;
  for (let at = 0; at < files.count; at += 1) bytes += files.size(at);
  return bytes > few.bytes;
}

/** What became of each of the files, in their order. They are read side by side, by as many threads as there are cores. */
export async function hashInThreads(
  root: string,
  files: FileTable,
  signal: AbortSignal | undefined,
): Promise<HashOutcome[]> {
  const batches = batchesOf(files);
  const outcomes: HashOutcome[][] = [];
  const left = batches.entries();
  const count = Math.max(1, Math.min(availableParallelism(), mostThreads, batches.length));
  const workers = Array.from({ length: count }, () => startThread());
  const work = async (worker: Worker): Promise<void> => {
    for (const [at, part] of left) outcomes[at] = await hashBatch(worker, { root, files: part }, signal);
  };
  try {
    await Promise.all(workers.map(work));
  } catch (error) {
    signal?.throwIfAborted();
    const message = `a thread that hashes the project's files ended: ${messageOf(error)}`;
    throw new AIFlowError('snapshot.thread_failed', message, { cause: error });
  } finally {
    await Promise.all(workers.map(async (worker) => await worker.terminate()));
  }
  return outcomes.flat();
}

function startThread(): Worker {
  return new Worker(new URL(`./hash-thread.${extension}`, import.meta.url));
}

async function hashBatch(
  worker: Worker,
  part: HashBatch,
  signal: AbortSignal | undefined,
): Promise<HashOutcome[]> {
  // Rejects with what ends the thread.
  const answer = once(worker, 'message', { signal });
  worker.postMessage(part);
  const [outcomes] = (await answer) as [HashOutcome[]];
  return outcomes;
}

function batchesOf(files: FileTable): FileRows[] {
  const batches: FileRows[] = [];
  let [from, bytes] = [0, 0];
  for (let at = 0; at < files.count; at += 1) {
    bytes += files.size(at);
    const next = at + 1;
    if (next < files.count && next - from < batch.files && bytes < batch.bytes) continue;
    batches.push(files.rows(from, next));
    [from, bytes] = [next, 0];
  }
  return batches;
}
