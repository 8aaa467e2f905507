import { flink, whereEngine } from '@aiflow-private/engines';
import { afterAll, expect, test } from 'vitest';
import { flinkJobId } from '../src/ids.ts';
import { flinkPython, flinkSql } from '../src/index.ts';
import { JobManager } from '../src/job-manager.ts';
import { openClusterWithJar, withEngine } from './cluster.ts';
import { countFiles, drawCount } from './java-fixture.ts';
import { runJob } from './job-run.ts';
import { nodes, places, shared } from './python-fixtures.ts';

const engine = await withEngine(openClusterWithJar);
afterAll(async () => await engine?.cluster[Symbol.asyncDispose]());

whereEngine(flink, () => {
  if (engine === null) return;
  const { cluster, jar } = engine;
  const jobManager = new JobManager(cluster.url);
  const java = (...args: string[]) => ({
    files: countFiles(jar),
    draw: drawCount(...args),
  });

  test('flink run gives a jar the same id as REST does, and its end is the result', async () => {
    const properties = { jobmanager: cluster.url, flink_run_args: ['-p', '1'] };
    const { result, env } = await runJob({ ...java(), properties });
    expect(result).toEqual({
      status: 'FINISHED',
      values: { flink: { accumulators: { seen: '3' } } },
      error: null,
    });
    const id = flinkJobId(env.attemptId, 0);
    expect((await jobManager.jobs()).map(({ jid }) => jid)).toContain(id);
  });

  test('Python and SQL nodes share a table environment, a function and a statement set on the cluster', async () => {
    const { result, env } = await runJob({
      draw: (job) => {
        job.node(flinkPython('nodes:Numbers', { options: `'fields.n.end' = '3', 'number-of-rows' = '3'` }));
        job.node(flinkPython('nodes:PlusOne'));
        job.node(flinkSql({ statements: 'INSERT INTO nowhere SELECT plus_one(n) FROM numbers;' }));
        job.node(flinkSql({ statements: 'SELECT n FROM numbers ORDER BY n;' }), { name: 'rows' });
      },
      properties: { jobmanager: cluster.url, parallelism: 1 },
      files: { 'workflows/w/nodes.py': nodes },
    });
    expect(result).toMatchObject({ status: 'FINISHED', error: null });
    expect(result.values['rows']).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const ours = (await jobManager.jobs()).filter(({ name }) => name.startsWith('w/j'));
    expect(ours.map(({ state }) => state)).toEqual(['FINISHED', 'FINISHED']);
    expect(ours.map(({ jid }) => jid)).toContain(flinkJobId(env.attemptId, 0));
  });

  test('a SELECT with more rows than are kept is ended, and the rest of the job goes on', async () => {
    const statements = `CREATE TEMPORARY TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100',
      'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000'); SELECT n FROM numbers;`;
    const { result } = await runJob({
      draw: (job) => {
        job.node(flinkSql({ statements }), { name: 'many' });
        job.node(flinkSql({ statements: 'SELECT 1 AS n;' }), { name: 'one' });
      },
      properties: { jobmanager: cluster.url, result_rows: 2, parallelism: 1 },
      execMode: 'STREAM',
    });
    expect(result).toEqual({
      status: 'FINISHED',
      values: { many: [{ n: 1 }, { n: 2 }], one: [{ n: 1 }] },
      error: null,
    });
  });

  test('functions of the modules of a project, and what they read in its resources, are where the tasks run', async () => {
    const { result, env } = await runJob({
      draw: (job) => {
        job.node(flinkPython('places:Functions'));
        const statements =
          'SELECT own_place(n) AS own, shared_place(n) AS shared, resource(n) AS word FROM (VALUES (1)) AS t (n);';
        job.node(flinkSql({ statements }), { name: 'rows' });
      },
      properties: { jobmanager: cluster.url, parallelism: 1 },
      files: {
        'workflows/w/places.py': places,
        'dependencies/python/shared.py': shared,
        'resources/words/first.txt': 'tea',
      },
    });
    expect(result).toMatchObject({ status: 'FINISHED', error: null });
    const [row] = result.values['rows'] as readonly Readonly<Record<'own' | 'shared' | 'word', string>>[];
    for (const place of [row?.own, row?.shared]) {
      expect(place).toContain(cluster.directory); // the directory of the TaskManager
      expect(place).not.toContain(env.projectDir);
    }
    expect(row?.word).toBe('tea');
  });
});
