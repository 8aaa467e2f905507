// The body of a thread of `hash-in-threads.ts`: it loads nothing but Node, so that it begins at once.
import { parentPort } from 'node:worker_threads';
import type { HashOutcome } from './hash.ts';
import { tryHash } from './hash.ts';
import type { WalkedFile } from './walk.ts';

/** What the thread is told; it answers with the outcomes, in the order of the files. */
export interface HashBatch {
  readonly root: string;
  readonly files: readonly WalkedFile[];
}

if (parentPort === null) throw new Error('this file is the body of a thread');
const port = parentPort;

port.on('message', (batch: HashBatch) => void work(batch));

async function work({ root, files }: HashBatch): Promise<void> {
  const outcomes: HashOutcome[] = [];
  for (const { path, stat } of files) outcomes.push(await tryHash(`${root}/${path}`, stat));
  port.postMessage(outcomes);
}
