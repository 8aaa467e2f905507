import { flink, whereEngine } from '@aiflow-private/engines';
import { jobPluginSuite } from '@aiflow/testkit';
import { afterAll, describe, it } from 'vitest';
import { flinkSql } from '../src/index.ts';
import { flinkJobPlugin } from '../src/plugin.ts';
import { openCluster, runningOn, withEngine } from './cluster.ts';
import { fails, rows, runsLong, succeeds } from './sql-fixtures.ts';

const cluster = await withEngine(async (home) => await openCluster(home, { gateway: true }));
afterAll(async () => await cluster?.[Symbol.asyncDispose]());

whereEngine(flink, () => {
  const properties = { jobmanager: cluster?.url ?? '', sql_gateway: cluster?.gatewayUrl ?? '' };
  jobPluginSuite({
    describe,
    it,
    factory: flinkJobPlugin,
    module: new URL('../src/plugin.ts', import.meta.url),
    files: { 'workflows/conformance/long.sql': runsLong },
    patience: 60_000,
    killAfter: [0, 20, 60, 150, 300, 500, 700, 1000],
    runningOf: runningOn(() => cluster?.url ?? ''),
    jobs: {
      succeeds: {
        draw: (job) => job.node(flinkSql({ statements: succeeds }), { name: 'words' }),
        properties,
        values: { words: rows },
      },
      fails: { draw: (job) => job.node(flinkSql({ statements: fails })), properties },
      runsLong: {
        draw: (job) => job.node(flinkSql({ file: 'workflows/conformance/long.sql' })),
        properties,
      },
      usesSecret: {
        draw: (job) => job.node(flinkSql({ file: 'workflows/conformance/long.sql' })),
        properties: { ...properties, flink_conf: { 'fixture.secret': '${AIFLOW_CONFORMANCE_SECRET}' } },
      },
    },
  });
});
