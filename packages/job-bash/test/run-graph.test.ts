import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GraphOrder, OrderedNode } from '../src/graph-order.ts';
import { ReadyNodes } from '../src/ready-nodes.ts';
import { nodesAtOnce, runGraph } from '../src/run-graph.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'aiflow-graph-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function node(id: string, command: string, inputs: readonly string[] = []): OrderedNode {
  const argv = ['/bin/sh', '-c', command] as const;
  const output = { stdout: join(root, `${id}.out`), stderr: join(root, `${id}.err`) };
  return { id, argv, inputs, variables: {}, ...output };
}

function order(nodes: readonly OrderedNode[]): GraphOrder {
  return { nodes, output_encoding: 'utf-8', stop_grace_ms: 100, report: join(root, 'report') };
}

/** The most nodes that were running at once, by what was said. */
function mostAtOnce(said: readonly string[]): number {
  let running = 0;
  return Math.max(...said.map((line) => (running += line.endsWith(' begins') ? 1 : -1)));
}

describe('a graph with many nodes', () => {
  test('runs all of them, and as many at once as are allowed', async () => {
    const nodes = Array.from({ length: 300 }, (_, index) => node(`n${index}`, `echo ${index}`));
    const said: string[] = [];
    const report = await runGraph(order(nodes), (line) => said.push(line), 5);
    expect(report).toEqual({
      values: Object.fromEntries(nodes.map(({ id }, index) => [id, String(index)])),
      failed: null,
    });
    expect(mostAtOnce(said)).toBe(5);
  });

  test('has a limit of its own', async () => {
    const nodes = Array.from({ length: nodesAtOnce * 3 }, (_, index) => node(`n${index}`, 'sleep 0.01'));
    const said: string[] = [];
    await runGraph(order(nodes), (line) => said.push(line));
    expect(nodesAtOnce).toBeGreaterThanOrEqual(4);
    expect(mostAtOnce(said)).toBe(nodesAtOnce);
  });

  test('starts what waited for a place when another has ended, behind those before it', async () => {
    const nodes = [
      node('a', 'echo 1'),
      node('b', 'echo 2'),
      node('c', 'echo "$AIFLOW_INPUT_0$AIFLOW_INPUT_1$AIFLOW_INPUT_2"', ['a', 'b', 'a']),
      node('d', 'echo "$AIFLOW_INPUT_0"', ['c']),
    ];
    const said: string[] = [];
    const { values } = await runGraph(order(nodes), (line) => said.push(line), 1);
    expect(values).toEqual({ a: '1', b: '2', c: '121', d: '121' });
    expect(mostAtOnce(said)).toBe(1);
  });

  test('starts none of those that wait for a place when one has failed', async () => {
    const nodes = [node('bad', 'exit 3'), node('good', 'echo 1'), node('late', 'echo 1')];
    const said: string[] = [];
    const report = await runGraph(order(nodes), (line) => said.push(line), 1);
    expect(report).toMatchObject({ values: {}, failed: { node_id: 'bad', exit_code: 3 } });
    expect(said).toHaveLength(2);
  });
});

test('the inputs of a node are looked at once, however many nodes end before it', () => {
  let looks = 0;
  const nodes = Array.from({ length: 1_000 }, (_, index): OrderedNode => {
    const inputs = index === 0 ? [] : [`n${index - 1}`, 'n0'];
    const plain = node(`n${index}`, '', inputs);
    return {
      ...plain,
      get inputs() {
        looks += 1;
        return plain.inputs;
      },
    };
  });
  const ready = new ReadyNodes(nodes);
  const given: string[] = [];
  for (let next = ready.next(); next !== undefined; next = ready.next()) {
    given.push(next.id);
    ready.done(next.id);
  }
  expect(given).toEqual(nodes.map(({ id }) => id));
  expect(looks).toBe(nodes.length);
});
