import { flink, whereEngine } from '@aiflow-private/engines';
import { afterAll } from 'vitest';
import { openClusterWithJar, withEngine } from './cluster.ts';
import { javaSuite } from './java-fixture.ts';

const engine = await withEngine(openClusterWithJar);
afterAll(async () => await engine?.cluster[Symbol.asyncDispose]());

whereEngine(flink, () => {
  const rest = ['-D', 'rest.address=127.0.0.1', '-D', `rest.port=${engine?.cluster.port ?? 0}`];
  const properties = { flink_run_args: ['-t', 'remote', ...rest] };
  javaSuite(engine, {
    properties,
    withSecret: { ...properties, env: { FIXTURE_SECRET: '${AIFLOW_CONFORMANCE_SECRET}' } },
    patience: 120_000,
    killAfter: [0, 30, 300, 3000],
  });
});
