import { flink, whereEngine } from '@aiflow-private/engines';
import { afterAll } from 'vitest';
import { openClusterWithJar, withEngine } from './cluster.ts';
import { javaSuite } from './java-fixture.ts';

const engine = await withEngine(openClusterWithJar);
afterAll(async () => await engine?.cluster[Symbol.asyncDispose]());

whereEngine(flink, () => {
  const properties = { jobmanager: engine?.cluster.url ?? '' };
  javaSuite(engine, {
    properties,
    withSecret: { ...properties, flink_conf: { 'fixture.secret': '${AIFLOW_CONFORMANCE_SECRET}' } },
    patience: 60_000,
    killAfter: [0, 5, 20, 50, 100, 200, 400, 800],
  });
});
