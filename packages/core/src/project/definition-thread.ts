import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { AIGraph } from '../define/graph.ts';
import { graphVersionOf } from '../define/graph.ts';
import { errorCode, isAIFlowError, messageOf } from '../errors.ts';
import { resolveBeside } from '../plugin/resolve-beside.ts';
import type { DefinitionAnswer, DefinitionRequest } from './definition-message.ts';

// The body of the thread in which loadDefinition runs a workflow's file: whatever that file does, it does it here.

async function answer(request: DefinitionRequest): Promise<DefinitionAnswer> {
  if (request.commandDir !== null) resolveBeside(request.projectDir, request.commandDir);
  try {
    const module: unknown = await import(pathToFileURL(request.file).href);
    const exported: unknown =
      typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined;
    const version = graphVersionOf(exported);
    if (version !== null) return { kind: 'graph', version, graph: exported as AIGraph };
    const found = exported === undefined ? 'nothing' : exported === null ? 'null' : typeof exported;
    return { kind: 'no_workflow', exported: Object.keys(module ?? {}), found };
  } catch (thrown) {
    return {
      kind: 'threw',
      code: errorCode(thrown),
      message: messageOf(thrown),
      stack: thrown instanceof Error ? (thrown.stack ?? '') : '',
      own: isAIFlowError(thrown) ? { context: thrown.context, problems: thrown.problems } : null,
    };
  }
}

const reply = await answer(workerData as DefinitionRequest);
// What was printed must be out before the answer, after which this thread is ended.
await Promise.all([process.stdout, process.stderr].map(flush));
parentPort?.postMessage(reply);

function flush(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => void stream.write('', () => resolve()));
}
