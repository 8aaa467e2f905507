import type { AINode, AISubGraph } from '@aiflow/core';
import { describe, expect, test } from 'vitest';
import { BashJobGenerator } from '../src/generator.ts';
import { bash, bashFile } from '../src/index.ts';
import { generate } from './bash-run.ts';

const node = (nodeId: string, outputs = 1): AINode => ({
  nodeId,
  jobName: 'job',
  operation: 'user_define_operation',
  processor: bash('true'),
  outputs,
  config: {},
});
const edge = (from: string, to: string, port = 0) => ({
  source: { jobName: 'job', nodeId: from, port: 0 },
  destination: to,
  port,
});
const subGraph = (parts: Partial<AISubGraph>): AISubGraph => ({
  config: { jobName: 'job', jobType: 'bash', properties: {} },
  nodes: [],
  dataEdges: [],
  ...parts,
});

describe('the generator', () => {
  test('makes a plan with every node behind those whose results it takes', async () => {
    const job = await generate((draw) => {
      const first = draw.node(bash('echo 1'), { name: 'first' });
      draw.node(bashFile('resources/x.sh', ['a']), { name: 'second', inputs: [first] });
    });
    const plain = { operation: 'user_define_operation', works_on: {} };
    expect(job).toMatchObject({ platform: 'local', engine: 'cmd_line', inputs: [], outputs: [] });
    expect(job.plan).toEqual({
      format: 1,
      nodes: [
        { id: 'first', command: 'echo 1', inputs: [], ...plain },
        { id: 'second', file: 'resources/x.sh', args: ['a'], inputs: ['first'], ...plain },
      ],
    });
  });

  test.each([
    ['a node with two outputs', subGraph({ nodes: [node('a', 2)] })],
    [
      'data edges in a circle',
      subGraph({ nodes: [node('a'), node('b')], dataEdges: [edge('a', 'b'), edge('b', 'a')] }),
    ],
    ['a data edge from nowhere', subGraph({ nodes: [node('a')], dataEdges: [edge('gone', 'a')] })],
    [
      'an input that is left open',
      subGraph({ nodes: [node('a'), node('b')], dataEdges: [edge('a', 'b', 1)] }),
    ],
    [
      'two edges into one input',
      subGraph({ nodes: [node('a'), node('b')], dataEdges: [edge('a', 'b'), edge('a', 'b')] }),
    ],
    ['two nodes with one name', subGraph({ nodes: [node('a'), node('a')] })],
  ])('refuses %s with job.invalid_graph', async (_, graph) => {
    await expect(new BashJobGenerator().generate(graph, '/nowhere')).rejects.toMatchObject({
      code: 'job.invalid_graph',
    });
  });
});

describe('the processors', () => {
  test.each([
    () => bash(''),
    () => bash(' \n'),
    () => bash('a\0b'),
    () => bashFile(''),
    () => bashFile('x', ['\0']),
  ])('refuse what bash cannot take: %s', (make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'define.invalid_processor' }));
  });

  test.each(['/etc/passwd', '../x.sh', 'a/../../x.sh', '.', '..', 'a\\b', 'a\0b', 'dir/'])(
    'bashFile refuses the path %j, which does not name a file inside the project',
    (path) => {
      expect(() => bashFile(path)).toThrow(expect.objectContaining({ code: 'define.invalid_processor' }));
    },
  );
});
