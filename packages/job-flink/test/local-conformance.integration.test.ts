import { flink, flinkEnvironment, whereEngine } from '@aiflow-private/engines';
import type { JobBuilder } from '@aiflow/core';
import { jobPluginSuite } from '@aiflow/testkit';
import { describe, it } from 'vitest';
import { flinkPython, flinkSql } from '../src/index.ts';
import { flinkJobPlugin } from '../src/plugin.ts';
import { few, many, nodes } from './python-fixtures.ts';
import { rows, succeeds } from './sql-fixtures.ts';

whereEngine(flink, (home) => {
  Object.assign(process.env, flinkEnvironment(home));
  const numbers = (options: string, what: string) => (job: JobBuilder) => {
    const read = job.node(flinkPython('nodes:Numbers', { options }), { name: 'read' });
    job.node(flinkPython('nodes:Into', { what }), { name: 'write', inputs: [read] });
  };
  const properties = { parallelism: 1, stop_grace_seconds: 2 };
  jobPluginSuite({
    describe,
    it,
    // Local jobs are processes of this machine, and those on a cluster are not: the plugin as a whole does not say so.
    factory: { ...flinkJobPlugin, capabilities: { localProcesses: true } },
    module: new URL('../src/plugin.ts', import.meta.url),
    files: { 'workflows/conformance/nodes.py': nodes },
    patience: 300_000,
    jobs: {
      succeeds: {
        draw: (job) => {
          job.node(flinkSql({ statements: succeeds }), { name: 'words' });
          job.node(flinkPython('nodes:Into', { what: 'n + 1' }), { name: 'more' });
        },
        properties,
        values: { words: rows, more: ['into'] },
      },
      fails: { draw: numbers(few, '10 / (n - n)'), properties },
      runsLong: { draw: numbers(many, 'n'), properties },
      startsProcesses: { draw: (job) => job.node(flinkPython('nodes:Tree')), properties },
      usesSecret: {
        draw: numbers(many, 'n'),
        properties: { ...properties, env: { TOKEN: '${AIFLOW_CONFORMANCE_SECRET}' } },
      },
    },
  });
});
