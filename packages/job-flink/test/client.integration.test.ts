import { join } from 'node:path';
import { flink, whereEngine } from '@aiflow-private/engines';
import type { JobBuilder } from '@aiflow/core';
import { afterAll, expect, test } from 'vitest';
import { flinkJobId } from '../src/ids.ts';
import { flinkJava, flinkPython, flinkSql } from '../src/index.ts';
import { JobManager } from '../src/job-manager.ts';
import { fixtureJar, openCluster, withEngine } from './cluster.ts';
import { endOf, eventsOf, runJob, submitJob, until } from './job-run.ts';
import { nodes } from './python-fixtures.ts';

const engine = await withEngine(async (home) => ({
  jar: fixtureJar(home),
  cluster: await openCluster(home),
}));
afterAll(async () => await engine?.cluster[Symbol.asyncDispose]());

whereEngine(flink, () => {
  if (engine === null) return;
  const { cluster, jar } = engine;
  const jobManager = new JobManager(cluster.url);
  const java = (...args: string[]) => ({
    files: { 'dependencies/jar/count.jar': jar },
    draw: (job: JobBuilder) =>
      job.node(flinkJava({ mainJarFile: 'count.jar', entryClass: 'fixture.Count', args })),
  });
  const target = ['-t', 'remote', '-D', 'rest.address=127.0.0.1', '-D', `rest.port=${cluster.port}`];

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

  test('where only the command reaches the cluster its exit code is the result', async () => {
    const good = await runJob({ ...java(), properties: { flink_run_args: target } });
    expect(good.result).toEqual({ status: 'FINISHED', values: {}, error: null });
    const bad = await runJob({ ...java('fail'), properties: { flink_run_args: target } });
    expect(bad.result).toMatchObject({ status: 'FAILED', error: { code: 'flink.client_failed' } });
    expect(bad.result.error?.message).toContain('on purpose');
  });

  test('where only the command reaches the cluster a stop asks there, and its savepoint is an event', async () => {
    const savepoint_dir = join(cluster.directory, 'savepoints');
    const stop = { flink_stop_args: target, stop_mode: 'stop', savepoint_dir } as const;
    const job = await submitJob({ ...java('long'), properties: { flink_run_args: target, ...stop } });
    const id = flinkJobId(job.env.attemptId, 0);
    await until('a task that runs', async () => {
      const found = await jobManager.job(id);
      return (found?.['status-counts'] as { RUNNING?: number } | undefined)?.RUNNING === 1;
    });
    await job.controller.stopJob(job.handle, job.env);
    expect((await endOf(job)).status).toBe('KILLED');
    expect((await jobManager.jobs()).find(({ jid }) => jid === id)?.state).toBe('FINISHED');
    expect(await eventsOf(job.env)).toMatchObject([{ event_type: 'FLINK_SAVEPOINT', key: 'j' }]);
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
});
