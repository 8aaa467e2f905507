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
    return { kind: 'no_workflow', exported: Object.keys(module), found: describeExport(exported) };
  } catch (thrown) {
    return describeThrown(thrown);
  }
}

runBody(async () => {
  const reply = await answer(workerData as ThreadFile);
  await flushOutput();
  parentPort?.postMessage(reply);
});
