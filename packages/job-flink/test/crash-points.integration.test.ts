import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { flink, whereEngine } from '@aiflow-private/engines';
import type { JobBuilder } from '@aiflow/core';
import { afterAll, expect, test } from 'vitest';
import { flinkJava, flinkSql } from '../src/index.ts';
import { JobManager } from '../src/job-manager.ts';
import { openClusterWithJar, runningOn, withEngine } from './cluster.ts';
import { countFiles } from './java-fixture.ts';
import type { PreparedTestJob } from './job-run.ts';
import { endOf, prepareJob } from './job-run.ts';
import { runsLong } from './sql-fixtures.ts';

const engine = await withEngine(async (home) => await openClusterWithJar(home, { gateway: true }));
afterAll(async () => await engine?.cluster[Symbol.asyncDispose]());

whereEngine(flink, () => {
  if (engine === null) return;
  const { cluster, jar } = engine;
  const running = runningOn(() => cluster.url);
  const files = countFiles(jar);
  const java = {
    files,
    draw: (job: JobBuilder) =>
      job.node(flinkJava({ mainJarFile: 'count.jar', entryClass: 'fixture.Count', args: ['long'] })),
    properties: { jobmanager: cluster.url },
  };
  const sql = {
    draw: (job: JobBuilder) => job.node(flinkSql({ statements: runsLong })),
    properties: { jobmanager: cluster.url, sql_gateway: cluster.gatewayUrl },
  };

  test.each([
    ['a jar', java, 'POST /v1/jars/'],
    ['a script', sql, 'POST /v1/sessions/'],
  ])(
    '%s runs once or never began, at whichever request its submission is killed',
    async (_what, testJob, expected) => {
      const seen: string[] = [];
      for (let request = 1; ; request += 1) {
        let isPast = false;
        for (const when of ['before', 'during', 'after'] as const) {
          const job = await prepareJob(testJob);
          const said = await submitAndDie(job, request, when);
          isPast = said.includes('submitted');
          if (isPast) {
            await stopAll(job);
            break;
          }
          seen.push(...said.map((line) => `${when} ${line}`));
          await expectOneOrNone(job, running);
        }
        if (isPast) break;
      }
      expect(seen.some((line) => line.startsWith(`during ${expected}`))).toBe(true);
    },
  );

  test('of two calls with one id the JobManager runs one', async () => {
    const job = await prepareJob(java);
    const [first, second] = await Promise.all([
      job.controller.submitJob(job.job, job.env),
      prepareJob(java).then(async () => await job.controller.submitJob(job.job, job.env)),
    ]);
    expect(first).toEqual(second);
    expect(await running(job.env.attemptId)).toHaveLength(1);
    await stopAll(job);
    // Nor does it run it again when it has ended.
    await expect(job.controller.submitJob(job.job, job.env)).resolves.toEqual(first);
    expect(await running(job.env.attemptId)).toEqual([]);
    const all = await new JobManager(cluster.url).jobs();
    expect(all.filter(({ state }) => state === 'RUNNING')).toEqual([]);
  });
});

/** What whoever takes over finds: one job that runs and can be stopped, or none, now and later. */
async function expectOneOrNone(
  job: PreparedTestJob,
  running: (attemptId: string) => Promise<readonly string[]>,
): Promise<void> {
  const { controller, env } = job;
  const handle = await controller.findJob(job.job, env);
  if (handle === null) await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await running(env.attemptId)).toHaveLength(handle === null ? 0 : 1);
  if (handle === null) return;
  expect(await controller.getJobStatus(handle, env)).toBe('RUNNING');
  await controller.stopJob(handle, env);
  expect((await endOf({ ...job, handle })).status).toBe('KILLED');
  expect(await running(env.attemptId)).toEqual([]);
}

async function stopAll({ controller, job, env }: PreparedTestJob): Promise<void> {
  const handle = await controller.findJob(job, env);
  if (handle !== null) await controller.stopJob(handle, env);
}

/** Submits in a process that is killed at a request: before it is sent, while it is under way, or when it was answered. */
async function submitAndDie(
  { job, env }: PreparedTestJob,
  request: number,
  when: 'before' | 'during' | 'after',
): Promise<readonly string[]> {
  const program = fileURLToPath(new URL('submit-and-die-program.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const plain = { ...env, clock: null, logger: null, secrets: null, resolveSecrets: null };
  child.stdin.end(JSON.stringify({ job, env: plain, request, when }));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await exited;
  return output.split('\n').filter((line) => line !== '');
}
