import { flink, whereEngine } from '@aiflow-private/engines';
import type { JobBuilder } from '@aiflow/core';
import { jobPluginSuite } from '@aiflow/testkit';
import { afterAll, describe, it } from 'vitest';
import { flinkPython } from '../src/index.ts';
import { flinkJobPlugin } from '../src/plugin.ts';
import { openCluster, runningOn, withEngine } from './cluster.ts';
import { few, many, nodes } from './python-fixtures.ts';

const cluster = await withEngine(async (home) => await openCluster(home));
afterAll(async () => await cluster?.[Symbol.asyncDispose]());

whereEngine(flink, () => {
  const properties = { jobmanager: cluster?.url ?? '' };
  const numbers = (options: string, what: string) => (job: JobBuilder) => {
    const read = job.node(flinkPython('nodes:Numbers', { options }), { name: 'read' });
    job.node(flinkPython('nodes:Into', { what }), { name: 'write', inputs: [read] });
  };
  jobPluginSuite({
    describe,
    it,
    factory: flinkJobPlugin,
    module: new URL('../src/plugin.ts', import.meta.url),
    files: { 'workflows/conformance/nodes.py': nodes },
    patience: 300_000,
    killAfter: [0, 30, 300, 5000],
    runningOf: runningOn(() => cluster?.url ?? ''),
    jobs: {
      succeeds: {
        draw: numbers(few, 'n'),
        properties,
        values: { read: 'numbers', write: ['into', 'numbers'] },
      },
      fails: { draw: numbers(few, '10 / (n - n)'), properties },
      runsLong: { draw: numbers(many, 'n'), properties },
      usesSecret: {
        draw: numbers(many, 'n'),
        properties: { ...properties, flink_conf: { 'fixture.secret': '${AIFLOW_CONFORMANCE_SECRET}' } },
      },
    },
  });
});
