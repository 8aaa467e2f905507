import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type {
  ExecMode,
  Job,
  JobBuilder,
  JobController,
  JobHandle,
  JobResult,
  JobRuntimeEnv,
} from '@aiflow/core';
import { defineWorkflow, isFinal, splitGraph } from '@aiflow/core';
import type { TestHost } from '@aiflow/testkit';
import { createTestEnv, createTestHost, testAttempt } from '@aiflow/testkit';
import { onTestFinished } from 'vitest';
import { FlinkJobGenerator } from '../src/generator.ts';
import type { FlinkProperties } from '../src/index.ts';
import { flinkJobPlugin } from '../src/plugin.ts';

export interface TestJob {
  readonly draw: (job: JobBuilder) => void;
  readonly properties?: FlinkProperties;
  readonly execMode?: ExecMode;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Attempts of one job over several executions share a host. */
  readonly host?: TestHost;
}

export interface PreparedTestJob {
  readonly controller: JobController;
  readonly job: Job;
  readonly env: JobRuntimeEnv;
  readonly host: TestHost;
}

/** A job as a worker would have it before it submits; what the test leaves running is stopped after it. */
export async function prepareJob(testJob: TestJob): Promise<PreparedTestJob> {
  const host = testJob.host ?? (await createTestHost({ secrets: testJob.secrets ?? {} }));
  const projectDir = join(host.stateDir, 'project');
  for (const [path, content] of Object.entries(testJob.files ?? {})) {
    await mkdir(dirname(join(projectDir, path)), { recursive: true });
    await writeFile(join(projectDir, path), content);
  }
  const { execMode, properties = {}, draw } = testJob;
  const [subGraph] = splitGraph(
    defineWorkflow('w', (workflow) => {
      workflow.job('j', { type: 'flink', properties, ...(execMode && { execMode }) }, (job) =>
        draw(job as unknown as JobBuilder),
      );
    }),
  );
  if (subGraph === undefined) throw new Error('one job has one sub-graph');
  const job = await new FlinkJobGenerator().generate(subGraph, join(projectDir, 'generated'));
  const facts = { attemptId: randomUUID(), workflowExecutionId: randomUUID(), workflowName: 'w' };
  const inherited = Object.entries({ ...process.env, ...testJob.environment });
  const environment = Object.fromEntries(
    inherited.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  const env = createTestEnv({ host, job, attempt: testAttempt(job, facts), projectDir, environment });
  const controller = flinkJobPlugin.getJobController();
  onTestFinished(async () => {
    const handle = await controller.findJob(job, env).catch(() => null);
    if (handle !== null && !isFinal(await controller.getJobStatus(handle, env)))
      await controller.stopJob(handle, env);
    if (testJob.host === undefined) await host.dispose();
  });
  return { controller, job, env, host };
}

export interface SubmittedTestJob extends PreparedTestJob {
  readonly handle: JobHandle;
}

export async function submitJob(testJob: TestJob): Promise<SubmittedTestJob> {
  const prepared = await prepareJob(testJob);
  return { ...prepared, handle: await prepared.controller.submitJob(prepared.job, prepared.env) };
}

export async function endOf({ controller, handle, env }: SubmittedTestJob): Promise<JobResult> {
  const result = await controller.getResult(handle, { env, blocking: true });
  if (result === null) throw new Error('a blocking getResult gave null');
  return result;
}

/** Submits a job and waits for its end. */
export async function runJob(testJob: TestJob): Promise<SubmittedTestJob & { readonly result: JobResult }> {
  const job = await submitJob(testJob);
  return { ...job, result: await endOf(job) };
}

/** Waits until something holds; fails after two minutes. */
export async function until<T>(what: string, probe: () => Promise<T | null | false>): Promise<T> {
  const end = Date.now() + 120_000;
  for (;;) {
    const found = await probe();
    if (found !== null && found !== false) return found;
    if (Date.now() > end) throw new Error(`expected within two minutes: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The events that an attempt has put into its outbox. */
export async function eventsOf({ outboxDir }: JobRuntimeEnv): Promise<readonly unknown[]> {
  const names = (await readdir(outboxDir)).toSorted();
  return await Promise.all(
    names.map(async (name): Promise<unknown> => JSON.parse(await readFile(join(outboxDir, name), 'utf8'))),
  );
}
