import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flink, whereEngine } from '@aiflow-private/engines';
import type { JobBuilder } from '@aiflow/core';
import { afterAll, expect, test } from 'vitest';
import { flinkJobId } from '../src/ids.ts';
import type { FlinkProperties } from '../src/index.ts';
import { flinkPython, flinkSql } from '../src/index.ts';
import { JobManager } from '../src/job-manager.ts';
import { flinkJobPlugin } from '../src/plugin.ts';
import { openClusterWithJar, runningOn, withEngine } from './cluster.ts';
import { countFiles, drawCount } from './java-fixture.ts';
import type { SubmittedTestJob } from './job-run.ts';
import { endOf, eventsOf, runJob, submitJob, until } from './job-run.ts';
import { few, many, nodes } from './python-fixtures.ts';

const engine = await withEngine(openClusterWithJar);
afterAll(async () => await engine?.cluster[Symbol.asyncDispose]());

whereEngine(flink, () => {
  if (engine === null) return;
  const { cluster, jar } = engine;
  const jobManager = new JobManager(cluster.url);
  const running = runningOn(() => cluster.url);
  const target = ['-t', 'remote', '-D', 'rest.address=127.0.0.1', '-D', `rest.port=${cluster.port}`];
  const properties: FlinkProperties = { flink_run_args: target, parallelism: 1 };
  /** The client keeps to itself where the JobManager is, and all else that it logs. */
  const silent = { ...properties, env: { ROOT_LOG_LEVEL: 'OFF' }, flink_stop_args: target };
  const java = (...args: string[]) => ({
    files: countFiles(jar),
    draw: drawCount(...args),
    properties,
  });
  const python = (options: string, what = 'n') => ({
    files: { 'workflows/w/nodes.py': nodes },
    draw: (job: JobBuilder) => {
      const read = job.node(flinkPython('nodes:Numbers', { options }), { name: 'read' });
      job.node(flinkPython('nodes:Into', { what }), { name: 'write', inputs: [read] });
    },
    properties,
  });
  const labelOf = async ({ controller, handle, env }: SubmittedTestJob) =>
    (await controller.obtainJobLabel?.(handle, env)) ?? '';
  const runs = async ({ env }: SubmittedTestJob): Promise<void> => {
    await until('a task that runs', async () => {
      const found = await jobManager.job(flinkJobId(env.attemptId, 0));
      return (found?.['status-counts'] as { RUNNING?: number } | undefined)?.RUNNING === 1;
    });
  };
  const stateOf = async ({ env }: SubmittedTestJob) =>
    (await jobManager.jobs()).find(({ jid }) => jid === flinkJobId(env.attemptId, 0))?.state;

  test.each([
    ['its JobManager', properties],
    ['its words alone', silent],
  ])('a jar has its accumulators, by %s', async (_what, said) => {
    const { result } = await runJob({ ...java(), properties: said });
    expect(result).toEqual({
      status: 'FINISHED',
      values: { flink: { accumulators: { seen: '3' } } },
      error: null,
    });
  });

  test.each([
    ['the JobManager says', properties, 'flink.job_failed'],
    ['the client prints', silent, 'flink.client_failed'],
  ])('a jar that fails gives the root exception that %s', async (_what, said, code) => {
    const { result } = await runJob({ ...java('fail'), properties: said });
    expect(result).toMatchObject({ status: 'FAILED', error: { code } });
    expect(result.error?.message).toContain('IllegalStateException: on purpose');
  });

  test('while it runs the label says its state, tasks and records, also to whoever takes over; a stop needs no arguments', async () => {
    const job = await submitJob(java('long'));
    await until('a label', async () =>
      /^RUNNING, 1 of 1 tasks, \d+ records in, \d+ out$/.test(await labelOf(job)),
    );
    const controller = flinkJobPlugin.getJobController();
    const handle = await controller.findJob(job.job, job.env);
    expect(handle).toEqual(job.handle);
    if (handle === null) return;
    expect(await labelOf({ ...job, controller, handle })).toMatch(/^RUNNING, 1 of 1 tasks, /);
    await controller.stopJob(handle, job.env);
    expect(await endOf(job)).toMatchObject({ status: 'KILLED', error: null });
    expect(await stateOf(job)).toBe('CANCELED');
  });

  test.each([
    ['by REST', properties],
    ['by the command where the job says how', { ...properties, flink_stop_args: target }],
    ['by the command where there is no address', silent],
  ])('a stop with a savepoint, %s, is an event and in the result', async (_what, said) => {
    const savepoint_dir = join(cluster.directory, 'savepoints');
    const job = await submitJob({
      ...java('long'),
      properties: { ...said, stop_mode: 'stop', savepoint_dir },
    });
    await runs(job);
    await job.controller.stopJob(job.handle, job.env);
    const result = await endOf(job);
    expect(result).toMatchObject({ status: 'KILLED', error: null });
    const location = (result.values as { flink: { savepoint: string } }).flink.savepoint;
    expect(location).toContain(savepoint_dir);
    expect(await eventsOf(job.env)).toMatchObject([{ event_type: 'FLINK_SAVEPOINT', value: location }]);
    expect(await stateOf(job)).toBe('FINISHED');
  });

  test('a label without an address says what the client has told', async () => {
    const job = await submitJob({ ...java('long'), properties: silent });
    expect(await labelOf(job)).toBe('submitting to Flink');
    await runs(job);
    await until('the word of the client', async () =>
      (await labelOf(job)).startsWith('submitted to Flink, whose'),
    );
    await job.controller.stopJob(job.handle, job.env);
    expect((await endOf(job)).status).toBe('KILLED');
    expect(await running(job.env.attemptId)).toEqual([]);
  });

  test('an address at which nobody answers, or somebody else, leaves the client its word', async () => {
    const home = join(cluster.directory, 'elsewhere');
    await mkdir(join(home, 'bin'), { recursive: true });
    const log = '"$FLINK_LOG_DIR/flink-a-client-b.log"';
    await writeFile(
      join(home, 'bin', 'flink'),
      `#!/bin/sh
echo "Found Web Interface 127.0.0.1:1 of application 'a'." > ${log}
exec "${cluster.environment['FLINK_HOME']}/bin/flink" "$@"
`,
    );
    await chmod(join(home, 'bin', 'flink'), 0o755);
    const { result } = await runJob({ ...java(), properties: { ...silent, flink_home: home } });
    expect(result).toMatchObject({ status: 'FINISHED', values: { flink: { accumulators: { seen: '3' } } } });
  });

  test('a job that its program only began is watched to its end', async () => {
    const { result, env } = await runJob(java('later'));
    expect(result).toEqual({
      status: 'FINISHED',
      values: { flink: { accumulators: { seen: '100' } } },
      error: null,
    });
    expect(await running(env.attemptId)).toEqual([]);
  });

  test.each([
    ['by REST', properties],
    ['by the command', silent],
  ])('a client that somebody kills leaves no job on the cluster: it is ended %s', async (_what, said) => {
    const job = await submitJob({ ...java('long'), properties: said });
    await runs(job);
    process.kill(await mainProcessOf(job), 'SIGKILL');
    expect(await endOf(job)).toMatchObject({ status: 'FAILED', error: { code: 'flink.client_killed' } });
    expect(await running(job.env.attemptId)).toEqual([]);
    expect(await stateOf(job)).toBe('CANCELED');
  });

  test('Python and SQL are waited for, with their rows and a label', async () => {
    const job = await submitJob({
      ...python(many),
      draw: (draw: JobBuilder) => {
        draw.node(flinkSql({ statements: 'SELECT 1 AS n;' }), { name: 'rows' });
        python(many).draw(draw);
      },
    });
    await until('a label', async () => /^RUNNING, 1 of 1 tasks, \d+ records in/.test(await labelOf(job)));
    expect(await job.controller.getJobStatus(job.handle, job.env)).toBe('RUNNING');
    await job.controller.stopJob(job.handle, job.env);
    expect((await endOf(job)).status).toBe('KILLED');
    expect(await running(job.env.attemptId)).toEqual([]);

    const { result } = await runJob({
      ...python(few),
      draw: (draw: JobBuilder) => {
        draw.node(flinkSql({ statements: 'SELECT 1 AS n;' }), { name: 'rows' });
        python(few).draw(draw);
      },
    });
    expect(result).toMatchObject({
      status: 'FINISHED',
      values: { rows: [{ n: 1 }], read: 'numbers', write: ['into', 'numbers'] },
    });
  });

  test.each([
    ['its JobManager', properties],
    ['its words alone', silent],
  ])('Python that fails in a task gives the root exception, by %s', async (_what, said) => {
    const { result } = await runJob({ ...python(few, '10 / (n - n)'), properties: said });
    expect(result).toMatchObject({ status: 'FAILED', error: { code: 'flink.job_failed' } });
    expect(result.error?.message).toMatch(/ArithmeticException/);
  });
});

/** The client's process: the only Java whose environment has the attempt's id. */
async function mainProcessOf({ env }: SubmittedTestJob): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [line, environment] = await Promise.all(
      ['cmdline', 'environ'].map(
        async (name) => await readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => ''),
      ),
    );
    if (line?.includes('CliFrontend') === true && environment?.includes(env.attemptId) === true)
      return Number(pid);
  }
  throw new Error('expected a client of the attempt, found none');
}
