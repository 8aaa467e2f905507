// The body of a thread of `hash-in-threads.ts`: it loads nothing but Node, so that it begins at once.
import { parentPort } from 'node:worker_threads';
import type { FileRows } from './file-table.ts';
import { FileTable } from './file-table.ts';
import type { HashOutcome } from './hash.ts';
import { tryHash } from './hash.ts';

/** What the thread is told; it answers with the outcomes, in the order of the files. */
export interface HashBatch {
  readonly root: string;
  readonly files: FileRows;
}

if (parentPort === null) throw new Error('this file is the body of a thread');
const port = parentPort;

port.on('message', (batch: HashBatch) => void work(batch));

async function work({ root, files: rows }: HashBatch): Promise<void> {
  const outcomes: HashOutcome[] = [];
  const files = new FileTable(rows);
  for (let at = 0; at < files.count; at += 1)
    outcomes.push(await tryHash(`${root}/${files.path(at)}`, files.stat(at)));
  port.postMessage(outcomes);
}
