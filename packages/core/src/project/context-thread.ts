import { parentPort, workerData } from 'node:worker_threads';
import { isThenable } from '../define/job.ts';
import { describeExport, describeThrown, flushOutput, importFile, runBody } from './in-thread.ts';
import type { ExtractorAnswer, ExtractorFile } from './thread-message.ts';

// The body of the thread in which a project's context extractor runs: whatever that does, it does it here.

type Extract = (event: unknown) => unknown;

async function load(request: ExtractorFile): Promise<Extract | ExtractorAnswer> {
  try {
    const module = await importFile(request);
    const exported: unknown = Reflect.get(module, request.exportName);
    if (typeof exported === 'function') return exported as Extract;
    return { kind: 'no_function', exported: Object.keys(module), found: describeExport(exported) };
  } catch (thrown) {
    return describeThrown(thrown);
  }
}

function extract(of: Extract, event: unknown): ExtractorAnswer {
  try {
    const value = of(event);
    return isThenable(value) ? { kind: 'wrong', found: 'a promise' } : { kind: 'returned', value };
  } catch (thrown) {
    return describeThrown(thrown);
  }
}

async function reply(answer: ExtractorAnswer): Promise<void> {
  await flushOutput();
  try {
    parentPort?.postMessage(answer);
  } catch {
    parentPort?.postMessage({ kind: 'wrong', found: 'what is not plain data' } satisfies ExtractorAnswer);
  }
}

runBody(async () => {
  const loaded = await load(workerData as ExtractorFile);
  if (typeof loaded !== 'function') return await reply(loaded);
  parentPort?.on('message', (event) => void reply(extract(loaded, event)));
  await reply({ kind: 'ready' });
});
