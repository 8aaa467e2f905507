import type { AINode, AISubGraph, DataEdge } from '@aiflow/core';
import { defineWorkflow, findNonJson, isAIFlowError, splitGraph } from '@aiflow/core';
import { describe, expect, test } from 'vitest';
import { PythonJobGenerator } from '../src/generator.ts';
import type { PythonProcessor } from '../src/index.ts';
import { python, pythonFile } from '../src/index.ts';

const node = (nodeId: string, outputs = 1, processor: AINode['processor'] = python('m:C')): AINode => {
  return { nodeId, jobName: 'j', operation: 'user_define_operation', processor, outputs, config: {} };
};
const edge = (from: string, to: string, port = 0, output = 0): DataEdge => {
  return { source: { jobName: 'j', nodeId: from, port: output }, destination: to, port };
};
const graph = (nodes: readonly AINode[], dataEdges: readonly DataEdge[] = []): AISubGraph => {
  return { config: { jobName: 'j', jobType: 'python', properties: {} }, nodes, dataEdges };
};
const generate = async (subGraph: AISubGraph) =>
  await new PythonJobGenerator().generate(subGraph, '/nowhere');
const idsOf = async (subGraph: AISubGraph): Promise<string[]> => {
  const { plan } = await generate(subGraph);
  return (plan as unknown as { nodes: { id: string }[] }).nodes.map(({ id }) => id);
};

describe('the processors', () => {
  test.each(['m:C', 'a.b.c:C', '_m:Outer.Inner', 'größe:Länge'])('python(%j) is one', (text) => {
    expect(python(text, { seed: 1 })).toMatchObject({ jobType: 'python', kind: 'PythonProcessor' });
  });

  test.each(['', 'm', 'm:', ':C', 'm.py:C', 'a/b:C', 'm:C:D', 'm :C', '1m:C', 'm..n:C', 'm:C()'])(
    'python(%j) is refused',
    (text) => {
      expect(() => python(text)).toThrow(
        expect.objectContaining({ code: 'define.invalid_processor' }) as Error,
      );
    },
  );

  test.each(['a.py:C', 'resources/steps/a b.py:C'])('pythonFile(%j) is one', (text) => {
    expect(pythonFile(text).params).toMatchObject({ class: 'C', config: {} });
  });

  test.each([
    '/a.py:C',
    '../a.py:C',
    'a/../b.py:C',
    './a.py:C',
    'a//b.py:C',
    'a.txt:C',
    'a.py',
    'C:\\a.py:C',
    'a.py:',
  ])('pythonFile(%j) is refused', (text) => {
    expect(() => pythonFile(text)).toThrow(
      expect.objectContaining({ code: 'define.invalid_processor' }) as Error,
    );
  });
});

describe('the plan', () => {
  test('holds classes, configs and the sources of the inputs, as plain JSON that is the same each time', async () => {
    const [subGraph] = splitGraph(
      defineWorkflow('w', (workflow) => {
        workflow.job('j', (job) => {
          const [left, right] = job.node(python('m:Split', { at: 0.5 }), { name: 'split', outputs: 2 });
          job.node(pythonFile('resources/join.py:Join'), { name: 'join', inputs: [right, left] });
        });
      }),
    );
    if (subGraph === undefined) throw new Error('one job has one sub-graph');
    const job = await generate(subGraph);
    expect(job).toMatchObject({
      platform: 'local',
      engine: 'python',
      config: subGraph.config,
      inputs: [],
      outputs: [],
    });
    expect(job.plan).toEqual({
      format: 1,
      nodes: [
        {
          id: 'split',
          ...{ module: 'm', class: 'Split', config: { at: 0.5 } },
          ...{ operation: 'user_define_operation', works_on: {} },
          outputs: 2,
          inputs: [],
        },
        {
          id: 'join',
          file: 'resources/join.py',
          class: 'Join',
          config: {},
          operation: 'user_define_operation',
          works_on: {},
          outputs: 1,
          inputs: [
            { node: 'split', port: 1 },
            { node: 'split', port: 0 },
          ],
        },
      ],
    });
    expect(findNonJson(job)).toBeNull();
    expect(JSON.stringify(await generate(subGraph))).toBe(JSON.stringify(job));
  });

  test('puts every node behind those that it reads from, always in the same order', async () => {
    const nodes = ['d', 'c', 'b', 'a', 'x'].map((id) => node(id));
    expect(await idsOf(graph(nodes, [edge('a', 'b'), edge('b', 'd'), edge('c', 'd', 1)]))).toEqual([
      'c',
      'a',
      'x',
      'b',
      'd',
    ]);
    expect(await idsOf(graph(nodes))).toEqual(['d', 'c', 'b', 'a', 'x']);
  });

  test('of a chain of 20,000 nodes drawn backwards comes out forwards', async () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `n${index}`);
    const edges = ids.slice(1).map((id, index) => edge(`n${index}`, id));
    expect(
      await idsOf(
        graph(
          ids.toReversed().map((id) => node(id)),
          edges,
        ),
      ),
    ).toEqual(ids);
  });
});

describe('a sub-graph that cannot run is refused', () => {
  const foreign: AINode['processor'] = { jobType: 'bash', kind: 'BashProcessor', params: {} };
  const nameless = {
    ...python('m:C'),
    params: { module: '../m', class: 'C', config: {} },
  } as PythonProcessor;
  test.each<[string, AISubGraph, string]>([
    ['no node', graph([]), 'it has no node'],
    ['two nodes with one name', graph([node('a'), node('a')]), 'two nodes are called "a"'],
    ['a processor of another plugin', graph([node('a', 1, foreign)]), 'is a BashProcessor of bash'],
    ['a processor of another form', graph([node('a', 1, nameless)]), 'names no Python class'],
    [
      'two edges into one port',
      graph([node('a'), node('b')], [edge('a', 'b'), edge('a', 'b')]),
      'two data edges lead to input 0 of "b"',
    ],
    [
      'a port that is left out',
      graph([node('a'), node('b')], [edge('a', 'b', 1), edge('a', 'b', 2), edge('a', 'b', 3)]),
      'input',
    ],
    ['an edge from nowhere', graph([node('b')], [edge('a', 'b')]), 'names a node that is not there'],
    [
      'an edge from an output that is not there',
      graph([node('a', 0), node('b')], [edge('a', 'b')]),
      'and there are 0',
    ],
    ['a cycle', graph([node('a'), node('b')], [edge('a', 'b'), edge('b', 'a')]), 'form a cycle'],
    ['a node that reads itself', graph([node('a')], [edge('a', 'a')]), 'form a cycle'],
  ])('%s', async (_, subGraph, message) => {
    const error: unknown = await generate(subGraph).catch((thrown: unknown) => thrown);
    expect(isAIFlowError(error, 'job.invalid_graph')).toBe(true);
    expect(String(error)).toContain(message);
  });
});
