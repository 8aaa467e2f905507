import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flink, startFlink, whereEngine } from '@aiflow-private/engines';
import type { JobBuilder } from '@aiflow/core';
import { afterAll, expect, test } from 'vitest';
import { flinkJobId, marker } from '../src/ids.ts';
import { flinkJava, flinkSql } from '../src/index.ts';
import { JobManager } from '../src/job-manager.ts';
import { openClusterWithJar, withEngine } from './cluster.ts';
import { countFiles } from './java-fixture.ts';
import { endOf, eventsOf, prepareJob, runJob, submitJob, until } from './job-run.ts';
import { runsLong } from './sql-fixtures.ts';

const engine = await withEngine(async (home) => await openClusterWithJar(home, { gateway: true }));
afterAll(async () => await engine?.cluster[Symbol.asyncDispose]());

whereEngine(flink, (home) => {
  if (engine === null) return;
  const { cluster, jar } = engine;
  const [jobmanager, sql_gateway] = [cluster.url, cluster.gatewayUrl];
  const files = countFiles(jar);
  const java = (...args: string[]) => ({
    files,
    draw: (job: JobBuilder) =>
      job.node(flinkJava({ mainJarFile: 'count.jar', entryClass: 'fixture.Count', args }), { name: 'count' }),
  });
  const sql = (statements: string) => ({
    draw: (job: JobBuilder) => job.node(flinkSql({ statements }), { name: 'sql' }),
    properties: { jobmanager, sql_gateway },
  });
  const jobManager = new JobManager(jobmanager);

  test('a Java program without arguments runs, and its accumulators are in the result', async () => {
    const { result, controller, handle, env } = await runJob({ ...java(), properties: { jobmanager } });
    expect(result).toEqual({
      status: 'FINISHED',
      values: { flink: { accumulators: { seen: '3' } } },
      error: null,
    });
    await controller.cleanupJob(handle, env);
    expect(await jobManager.jarsNamed(marker(env.attemptId))).toEqual([]);
  });

  test('a failure carries the root exception of Flink', async () => {
    const { result } = await runJob({ ...java('fail'), properties: { jobmanager } });
    expect(result).toMatchObject({
      status: 'FAILED',
      error: {
        code: 'flink.job_failed',
        message: 'IllegalStateException: on purpose',
        context: { exception: 'java.lang.IllegalStateException' },
      },
    });
  });

  test('a result that was looked at just before the end has the accumulators of the end', async () => {
    const job = await submitJob({ ...java(), properties: { jobmanager } });
    let result = null;
    while (result === null) {
      await job.controller.obtainJobLabel?.(job.handle, job.env); // Flink keeps what it answers for seconds
      result = await job.controller.getResult(job.handle, { env: job.env, blocking: false });
    }
    expect(result.values).toEqual({ flink: { accumulators: { seen: '3' } } });
  });

  test('a jar without its class is refused, and nothing is left of it', async () => {
    const job = await prepareJob({
      files,
      draw: (draw) => draw.node(flinkJava({ mainJarFile: 'count.jar', entryClass: 'fixture.Nowhere' })),
      properties: { jobmanager },
    });
    await expect(job.controller.submitJob(job.job, job.env)).rejects.toMatchObject({
      code: 'flink.submit_failed',
      message: expect.stringMatching(/Nowhere/) as string,
    });
    expect(await job.controller.findJob(job.job, job.env)).toBeNull();
    expect(await jobManager.jarsNamed(marker(job.env.attemptId))).toEqual([]);
  });

  test('a jar that is not there, and a program that throws before it begins, say so', async () => {
    const gone = await prepareJob({
      draw: (draw) => draw.node(flinkJava({ mainJarFile: 'gone.jar' })),
      properties: { jobmanager },
    });
    await expect(gone.controller.submitJob(gone.job, gone.env)).rejects.toMatchObject({
      code: 'flink.jar_not_found',
    });
    const throws = await prepareJob({ ...java('throw'), properties: { jobmanager } });
    await expect(throws.controller.submitJob(throws.job, throws.env)).rejects.toMatchObject({
      code: 'flink.submit_failed',
      message: expect.stringContaining('this program never begins') as string,
    });
  });

  test('a SQL script that fails in the middle fails the job, and none of its INSERTs runs', async () => {
    const job = await prepareJob(
      sql(`CREATE TEMPORARY TABLE nowhere (n INT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT 1;
DROP TABLE there_is_none;
INSERT INTO nowhere SELECT 2;`),
    );
    await expect(job.controller.submitJob(job.job, job.env)).rejects.toMatchObject({
      code: 'flink.sql_failed',
      message: expect.stringMatching(/node "sql", line 3 .*there_is_none/) as string,
    });
    expect(await job.controller.findJob(job.job, job.env)).toBeNull();
    const { jid } = (await jobManager.jobs()).find(({ name }) => name.startsWith('w/j')) ?? {};
    expect(jid).toBeUndefined();
  });

  test('a SELECT gives no more rows than are kept, and is ended then', async () => {
    const statements = `CREATE TEMPORARY TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100',
      'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000'); SELECT n FROM numbers;`;
    const { draw, properties } = sql(statements);
    const job = await runJob({
      draw,
      properties: { ...properties, result_rows: 2, parallelism: 1 },
      execMode: 'STREAM',
    });
    expect(job.result).toEqual({ status: 'FINISHED', values: { sql: [{ n: 1 }, { n: 2 }] }, error: null });
    await job.controller.cleanupJob(job.handle, job.env);
  });

  test('a SELECT that was ended so is no stop of the job while another one still gives rows', async () => {
    const numbers = (name: string, perSecond: number, last: number): string =>
      `CREATE TEMPORARY TABLE ${name} (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '${perSecond}',
        'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '${last}'); SELECT n FROM ${name};`;
    const { result } = await runJob({
      draw: (job) => {
        job.node(flinkSql({ statements: numbers('fast', 100, 1_000_000) }), { name: 'fast' });
        job.node(flinkSql({ statements: numbers('slow', 1, 6) }), { name: 'slow' });
      },
      properties: { jobmanager, sql_gateway, result_rows: 6, parallelism: 1 },
      execMode: 'STREAM',
    });
    const six = [1, 2, 3, 4, 5, 6].map((n) => ({ n }));
    expect(result).toEqual({ status: 'FINISHED', values: { fast: six, slow: six }, error: null });
  });

  test('variables in a statement are those of env and facts of the execution; anything else is an error', async () => {
    const { draw, properties } = sql("SELECT '${WORD}' AS w, '${AIFLOW_JOB_NAME}' AS j, '$${WORD}' AS p;");
    const env = { WORD: '${SECRET}' };
    const { result } = await runJob({
      draw,
      properties: { ...properties, env },
      secrets: { SECRET: 'hidden' },
    });
    expect(result.values).toEqual({ sql: [{ w: 'hidden', j: 'j', p: '${WORD}' }] });
    const job = await prepareJob({ draw, properties });
    await expect(job.controller.submitJob(job.job, job.env)).rejects.toMatchObject({
      code: 'flink.unknown_variable',
    });
  });

  test('while it runs the label says its state, its tasks and its records', async () => {
    const job = await submitJob({ ...java('long'), properties: { jobmanager } });
    const label = await until('a task that runs', async () => {
      const found = await job.controller.obtainJobLabel?.(job.handle, job.env);
      return found?.startsWith('RUNNING, 1 of 1 tasks') === true && found;
    });
    expect(label).toMatch(/^RUNNING, 1 of 1 tasks, \d+ records in, \d+ out$/);
  });

  test('a stop with a savepoint publishes its path, gives it in the result, and the next attempt starts from it', async () => {
    const savepoint_dir = join(cluster.directory, 'savepoints');
    const properties = { jobmanager, stop_mode: 'stop', savepoint_dir, savepoint: 'last' } as const;
    const job = await submitJob({ ...java('long'), properties });
    await until(
      'a task that runs',
      async () =>
        (await job.controller.obtainJobLabel?.(job.handle, job.env))?.startsWith('RUNNING, 1') === true,
    );
    await job.controller.stopJob(job.handle, job.env);
    const result = await endOf(job);
    expect(result).toMatchObject({ status: 'KILLED', error: null });
    const location = (result.values as { flink: { savepoint: string } }).flink.savepoint;
    expect(location).toContain(savepoint_dir);
    expect(await eventsOf(job.env)).toEqual([
      { key: 'j', value: location, event_type: 'FLINK_SAVEPOINT', namespace: 'default' },
    ]);

    const second = await submitJob({ ...java('long'), properties, host: job.host });
    const id = flinkJobId(second.env.attemptId, 0);
    const restored = await until('a restored checkpoint', async () => await restoredFrom(jobmanager, id));
    expect(restored).toBe(location);
    await second.controller.stopJob(second.handle, second.env);
  });

  test('a savepoint that cannot be made is an error, and the job goes on', async () => {
    const properties = { jobmanager, stop_mode: 'stop', savepoint_dir: '/proc/no/such/place' } as const;
    const job = await submitJob({ ...java('long'), properties });
    await until(
      'a task that runs',
      async () =>
        (await job.controller.obtainJobLabel?.(job.handle, job.env))?.startsWith('RUNNING, 1') === true,
    );
    await expect(job.controller.stopJob(job.handle, job.env)).rejects.toMatchObject({
      code: 'flink.savepoint_failed',
    });
    expect(await job.controller.getJobStatus(job.handle, job.env)).toBe('RUNNING');
    await jobManager.cancel(flinkJobId(job.env.attemptId, 0));
    expect((await endOf(job)).status).toBe('KILLED');
  });

  test('a job that finds no slots runs for us, and its stop needs no savepoint', async () => {
    const properties = { jobmanager, parallelism: 20, stop_mode: 'stop' } as const;
    const job = await submitJob({ ...java('long'), properties });
    expect(await job.controller.getJobStatus(job.handle, job.env)).toBe('RUNNING');
    await job.controller.stopJob(job.handle, job.env);
    expect((await endOf(job)).status).toBe('KILLED');
  });

  test('a stop while the program on the JobManager is about to submit leaves nothing', async () => {
    const job = await prepareJob({ ...java('slow'), properties: { jobmanager } });
    const submitting = job.controller.submitJob(job.job, job.env);
    await new Promise((resolve) => setTimeout(resolve, 1500)); // the program waits for three seconds
    const handle = await job.controller.findJob(job.job, job.env); // as another worker would, after a crash of ours
    expect(handle).not.toBeNull();
    if (handle === null) return;
    await job.controller.stopJob(handle, job.env);
    await submitting;
    expect(await job.controller.getResult(handle, { env: job.env, blocking: true })).toMatchObject({
      status: 'KILLED',
    });
    expect((await jobManager.jobs()).filter(({ state }) => state === 'RUNNING')).toEqual([]);
  });

  test('a client that prints nothing and brings no job to the cluster has failed', async () => {
    const silent = join(cluster.directory, 'silent');
    mkdirSync(join(silent, 'bin'), { recursive: true });
    writeFileSync(join(silent, 'bin', 'flink'), '#!/bin/sh\nexit 0\n');
    chmodSync(join(silent, 'bin', 'flink'), 0o755);
    const properties = { jobmanager, flink_run_args: [], flink_home: silent };
    const { result } = await runJob({ ...java(), properties });
    expect(result).toMatchObject({ status: 'FAILED', error: { code: 'flink.no_job' } });
  });

  test('a command that is not there says what to set', async () => {
    const properties = { jobmanager, flink_run_args: [], flink_home: '/nowhere' };
    const job = await prepareJob({ ...java(), properties });
    await expect(job.controller.submitJob(job.job, job.env)).rejects.toMatchObject({
      code: 'flink.command_not_found',
    });
  });

  test('a secret of flink_conf stands on no command line', async () => {
    const properties = { jobmanager, flink_run_args: [], flink_conf: { 'a.b': '${WORD}' } };
    const job = await prepareJob({ ...java(), properties, secrets: { WORD: 'hidden' } });
    await expect(job.controller.submitJob(job.job, job.env)).rejects.toMatchObject({
      code: 'flink.secret_on_command_line',
    });
  });

  test('a cluster that does not answer is unknown, and one that was started anew has lost the job', async () => {
    const first = await startFlink(home);
    const properties = { jobmanager: first.url, unreachable_seconds: 1 };
    const job = await submitJob({ ...java('long'), properties });
    const stopped = await submitJob({ ...java('long'), properties });
    await first[Symbol.asyncDispose]();
    await expect(endOf(job)).rejects.toMatchObject({ code: 'flink.unreachable' });
    await expect(stopped.controller.stopJob(stopped.handle, stopped.env)).rejects.toMatchObject({
      code: 'flink.unreachable',
    });
    await using second = await startFlink(home, { port: first.port });
    expect(second.url).toBe(first.url);
    expect(await endOf(job)).toMatchObject({ status: 'FAILED', error: { code: 'job.lost' } });
    // The stop that was asked for is what has happened to it.
    expect((await endOf(stopped)).status).toBe('KILLED');
  });

  test('a cluster that is not there is no attempt that may have begun', async () => {
    const nowhere = { jobmanager: 'http://127.0.0.1:1', sql_gateway: 'http://127.0.0.1:1' };
    for (const testJob of [{ ...java() }, sql('SELECT 1;')]) {
      const job = await prepareJob({ ...testJob, properties: nowhere });
      await expect(job.controller.submitJob(job.job, job.env)).rejects.toMatchObject({
        code: 'flink.unreachable',
      });
      expect(await job.controller.findJob(job.job, job.env)).toBeNull();
    }
  });

  test('a script in a file is found in the project, and one that is not there says so', async () => {
    const properties = { jobmanager, sql_gateway };
    const draw = (job: JobBuilder) => job.node(flinkSql({ file: 'workflows/w/long.sql' }));
    const missing = await prepareJob({ draw, properties });
    await expect(missing.controller.submitJob(missing.job, missing.env)).rejects.toMatchObject({
      code: 'flink.script_not_found',
    });
    const job = await submitJob({ draw, properties, files: { 'workflows/w/long.sql': runsLong } });
    await job.controller.stopJob(job.handle, job.env);
    expect((await endOf(job)).status).toBe('KILLED');
  });
});

/** The savepoint that a job was restored from, asked of the cluster. */
async function restoredFrom(url: string, jid: string): Promise<string | null> {
  const answer: unknown = await (await fetch(`${url}/v1/jobs/${jid}/checkpoints`)).json();
  const { latest } = answer as { latest?: { restored?: { external_path?: string } | null } };
  return latest?.restored?.external_path ?? null;
}
