import { parentPort, workerData } from 'node:worker_threads';
import type { AIGraph } from '../define/graph.ts';
import { graphVersionOf } from '../define/graph.ts';
import { describeExport, describeThrown, flushOutput, importFile, runBody } from './in-thread.ts';
import type { DefinitionAnswer, ThreadFile } from './thread-message.ts';

// The body of the thread in which loadDefinition runs a workflow's file: whatever that file does, it does it here.

async function answer(request: ThreadFile): Promise<DefinitionAnswer> {
  try {
    const module = await importFile(request);
    const exported: unknown = Reflect.get(module, 'default');
    const version = graphVersionOf(exported);
    if (version !== null) return { kind: 'graph', version, graph: exported as AIGraph };
    const keys = Object.keys(module);
    const found = exportsNothing(keys, exported)
      ? 'it exports nothing'
      : `its default export is ${describeExport(exported)}`;
    return { kind: 'no_workflow', exported: keys, found };
  } catch (thrown) {
    return describeThrown(thrown);
  }
}

/** A file without imports and exports may be taken for CommonJS, which always has a default export: an empty object. */
function exportsNothing(keys: readonly string[], exported: unknown): boolean {
  if (!keys.includes('module.exports')) return keys.length === 0;
  return typeof exported === 'object' && exported !== null && Object.keys(exported).length === 0;
}

runBody(async () => {
  const reply = await answer(workerData as ThreadFile);
  await flushOutput();
  parentPort?.postMessage(reply);
});
