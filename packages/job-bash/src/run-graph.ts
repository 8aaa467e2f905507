import { availableParallelism } from 'node:os';
import type { GraphOrder, GraphReport, NodeFailure, OrderedNode } from './graph-order.ts';
import { lastLine, longestValue } from './last-line.ts';
import { Queue } from './queue.ts';
import { ReadyNodes } from './ready-nodes.ts';
import type { EndedNode, RunningNode } from './run-node.ts';
import { endNode, startNode } from './run-node.ts';

/** How many nodes run side by side: some more than there are cores, for many nodes wait for something. */
export const nodesAtOnce: number = Math.max(4, 2 * availableParallelism());

/**
 * Runs the nodes of a graph: each after those before it have ended well, and therefore independent ones side by side,
 * at most `atOnce`. A node gets the results of those before it as `AIFLOW_INPUT_0`, `AIFLOW_INPUT_1` …. When one fails the others
 * are ended, and nothing more starts. `say` is told what happens.
 */
export async function runGraph(
  order: GraphOrder,
  say: (line: string) => void,
  atOnce: number = nodesAtOnce,
): Promise<GraphReport> {
  const values = new Map<string, string | null>();
  const ready = new ReadyNodes(order.nodes);
  const running = new Map<string, RunningNode>();
  const ends = new Queue<EndedNode>();
  let failed: NodeFailure | null = null;
  for (;;) {
    const places = failed === null ? atOnce : 0;
    while (running.size < places) {
      const node = ready.next();
      if (node === undefined) break;
      say(`node "${node.id}" begins`);
      const started = startNode(node, variablesOf(node, values));
      running.set(node.id, started);
      void started.ended.then((ended) => ends.put(ended));
    }
    if (running.size === 0) return { values: Object.fromEntries(values), failed };

    const ended = await ends.take();
    running.delete(ended.node.id);
    say(
      `node "${ended.node.id}" ends ${ended.failure === null ? 'well' : `with ${describe(ended.failure)}`}`,
    );
    if (ended.failure === null) {
      values.set(ended.node.id, valueOf(ended.node, order.output_encoding, say));
      ready.done(ended.node.id);
    } else if (failed === null) {
      failed = ended.failure;
      await Promise.all([...running.values()].map((node) => endNode(node, order.stop_grace_ms)));
    }
  }
}

function variablesOf(node: OrderedNode, values: ReadonlyMap<string, string | null>): Record<string, string> {
  const inputs = node.inputs.map((input, port) => [`AIFLOW_INPUT_${port}`, values.get(input) ?? ''] as const);
  return { ...node.variables, ...Object.fromEntries(inputs) };
}

function valueOf(node: OrderedNode, encoding: string, say: (line: string) => void): string | null {
  const last = lastLine(node.stdout, encoding);
  if ('line' in last) return last.line;
  say(`the last line of node "${node.id}" has more than ${longestValue} bytes: it is no value`);
  return null;
}

function describe({ exit_code, signal, reason }: NodeFailure): string {
  if (reason !== null) return `${reason}: it could not be started`;
  return signal === null ? `exit code ${exit_code}` : `signal ${signal}`;
}
