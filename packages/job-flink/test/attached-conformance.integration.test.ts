import { flink, whereEngine } from '@aiflow-private/engines';
import type { JobBuilder } from '@aiflow/core';
import { jobPluginSuite } from '@aiflow/testkit';
import { afterAll, describe, it } from 'vitest';
import { flinkJava } from '../src/index.ts';
import { flinkJobPlugin } from '../src/plugin.ts';
import { fixtureJar, openCluster, runningOn, withEngine } from './cluster.ts';

const engine = await withEngine(async (home) => ({
  jar: fixtureJar(home),
  cluster: await openCluster(home),
}));
afterAll(async () => await engine?.cluster[Symbol.asyncDispose]());

whereEngine(flink, () => {
  const { cluster, jar } = engine ?? {};
  const rest = ['-D', 'rest.address=127.0.0.1', '-D', `rest.port=${cluster?.port ?? 0}`];
  const properties = { flink_run_args: ['-t', 'remote', ...rest] };
  const count = (how: string) => ({
    draw: (job: JobBuilder) =>
      job.node(flinkJava({ mainJarFile: 'count.jar', entryClass: 'fixture.Count', args: [how] }), {
        name: 'count',
      }),
    properties,
  });
  jobPluginSuite({
    describe,
    it,
    factory: flinkJobPlugin,
    module: new URL('../src/plugin.ts', import.meta.url),
    files: { 'dependencies/jar/count.jar': jar ?? '' },
    patience: 120_000,
    killAfter: [0, 30, 300, 3000],
    runningOf: runningOn(() => cluster?.url ?? ''),
    jobs: {
      succeeds: { ...count('succeed'), values: { flink: { accumulators: { seen: '3' } } } },
      fails: count('fail'),
      runsLong: count('long'),
      usesSecret: {
        ...count('long'),
        properties: { ...properties, env: { FIXTURE_SECRET: '${AIFLOW_CONFORMANCE_SECRET}' } },
      },
    },
  });
});
