import type { JobBuilder, JsonObject, Processor } from '@aiflow/core';
import { defineWorkflow, splitGraph } from '@aiflow/core';
import { expect, test } from 'vitest';
import { FlinkJobGenerator } from '../src/generator.ts';
import { flinkJava, flinkPython, flinkSql } from '../src/index.ts';
import { planOf } from '../src/plan.ts';

const cluster = { jobmanager: 'flink:8081' };
const jar = flinkJava({ mainJarFile: 'a.jar', entryClass: 'com.acme.Main' });

async function generate(draw: (job: JobBuilder) => void, properties: JsonObject = cluster) {
  const graph = defineWorkflow('w', (workflow) => {
    workflow.job('j', { type: 'flink' }, (job) => draw(job as unknown as JobBuilder));
  });
  const [subGraph] = splitGraph(graph);
  if (subGraph === undefined) throw new Error('one job has one sub-graph');
  return await new FlinkJobGenerator().generate(
    { ...subGraph, config: { ...subGraph.config, properties } },
    '/none',
  );
}

test('a Java program is a plan of its own; without arguments there are none', async () => {
  const job = await generate((draw) => draw.node(jar, { name: 'main' }));
  expect(planOf(job)).toEqual({
    format: 1,
    kind: 'java',
    node: 'main',
    mainJarFile: 'a.jar',
    entryClass: 'com.acme.Main',
    args: [],
  });
  expect(job).toMatchObject({ platform: 'flink', engine: 'flink', config: { properties: cluster } });
});

test('Python and SQL nodes stand in the order of their data edges', async () => {
  const job = await generate((draw) => {
    draw.node(flinkSql({ statements: 'SELECT 1' }), { name: 'rows' });
    const [left, right] = draw.node(flinkPython('m:Split'), { name: 'split', outputs: 2 });
    draw.node(flinkPython('m:Join', { by: 1 }), { name: 'join', inputs: [right, left] });
  });
  expect(planOf(job)).toMatchObject({
    kind: 'tables',
    nodes: [
      { id: 'rows', kind: 'sql', script: { statements: 'SELECT 1' } },
      { id: 'split', kind: 'python', module: 'm', class: 'Split', outputs: 2 },
      {
        id: 'join',
        config: { by: 1 },
        inputs: [
          { node: 'split', port: 1 },
          { node: 'split', port: 0 },
        ],
      },
    ],
  });
});

const wrong: readonly [string, (job: JobBuilder) => void, RegExp, JsonObject?][] = [
  ['two Java programs', (job) => [jar, jar].forEach((each) => job.node(each)), /2 nodes, one of them Java/],
  [
    'Java beside SQL',
    (job) => [jar, flinkSql({ statements: 'SELECT 1' })].forEach((each) => job.node(each)),
    /one of them Java/,
  ],
  ['Java in local mode', (job) => job.node(jar), /need a cluster/, {}],
  ['Java in local mode by name', (job) => job.node(jar), /need a cluster/, { run_mode: 'local' }],
  ['a node called flink', (job) => job.node(flinkPython('m:C'), { name: 'flink' }), /called "flink"/],
  [
    'a value that flows to SQL',
    (job) => job.node(flinkSql({ statements: 'SELECT 1' }), { inputs: [job.node(flinkPython('m:C'))] }),
    /SQL, which takes no values/,
  ],
  ['params of another form', (job) => job.node(broken), /of another form/],
];
const broken = {
  jobType: 'flink',
  kind: 'FlinkSqlProcessor',
  params: { file: '../a.sql' },
} satisfies Processor;

test.each(wrong)('%s is refused when it is compiled', async (_what, draw, message, properties = cluster) => {
  await expect(generate(draw, properties)).rejects.toMatchObject({
    code: 'job.invalid_graph',
    message: expect.stringMatching(message) as string,
  });
});

test.each([
  ['flinkJava without a jar', () => flinkJava({ mainJarFile: 'a.zip' })],
  ['flinkJava with a jar elsewhere', () => flinkJava({ mainJarFile: '../a.jar' })],
  ['flinkJava with a class that is none', () => flinkJava({ mainJarFile: 'a.jar', entryClass: 'a b' })],
  ['flinkPython with a file', () => flinkPython('m.py:C')],
  ['flinkPython without a class', () => flinkPython('m')],
  ['flinkSql without a statement', () => flinkSql({ statements: ' ' })],
  ['flinkSql with a file that is no SQL', () => flinkSql({ file: 'a.txt' })],
])('%s is refused where it is written', (_what, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'define.invalid_processor' }) as Error);
});
