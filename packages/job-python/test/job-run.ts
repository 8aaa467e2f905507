import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type {
  ExecMode,
  Job,
  JobBuilder,
  JobHandle,
  JobResult,
  JobRuntimeEnv,
  JobController,
} from '@aiflow/core';
import { defineWorkflow, splitGraph } from '@aiflow/core';
import { createTestEnv, createTestHost, testAttempt } from '@aiflow/testkit';
import { onTestFinished } from 'vitest';
import { PythonJobGenerator } from '../src/generator.ts';
import type { PythonProperties } from '../src/index.ts';
import { python } from '../src/index.ts';
import { pythonJobPlugin } from '../src/plugin.ts';

export interface TestJob {
  /** The text of `workflows/w/nodes.py`; the job is its class `Node` unless `draw` says otherwise. */
  readonly source: string;
  readonly draw?: (job: JobBuilder) => void;
  readonly properties?: PythonProperties;
  readonly execMode?: ExecMode;
  readonly files?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface PreparedTestJob {
  readonly controller: JobController;
  readonly job: Job;
  readonly env: JobRuntimeEnv;
  readonly projectDir: string;
}

/** A job as a worker would have it before it submits; what the test leaves running is stopped after it. */
export async function prepareJob({
  source,
  draw,
  properties,
  execMode,
  files,
  secrets,
  environment,
}: TestJob): Promise<PreparedTestJob> {
  const host = await createTestHost({ secrets: secrets ?? {} });
  const projectDir = join(host.stateDir, 'project');
  for (const [path, text] of Object.entries({ 'workflows/w/nodes.py': source, ...files })) {
    await mkdir(dirname(join(projectDir, path)), { recursive: true });
    await writeFile(join(projectDir, path), text);
  }
  const [subGraph] = splitGraph(
    defineWorkflow('w', (workflow) => {
      const block = draw ?? ((job: JobBuilder) => job.node(python('nodes:Node'), { name: 'node' }));
      workflow.job(
        'j',
        { type: 'python', properties: properties ?? {}, ...(execMode && { execMode }) },
        block,
      );
    }),
  );
  if (subGraph === undefined) throw new Error('one job has one sub-graph');
  const job = await new PythonJobGenerator().generate(subGraph, join(projectDir, 'generated'));
  const attempt = testAttempt(job, {
    attemptId: randomUUID(),
    workflowName: 'w',
    parameters: {},
  });
  const inherited = Object.entries({ ...process.env, ...environment }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  const env = createTestEnv({ host, job, attempt, projectDir, environment: Object.fromEntries(inherited) });
  const controller = pythonJobPlugin.getJobController();
  onTestFinished(async () => {
    const handle = await controller.findJob(job, env);
    if (handle !== null) await controller.stopJob(handle, env);
    await host.dispose();
  });
  return { controller, job, env, projectDir };
}

/** Submits a job and waits for its end. */
export async function runJob(
  testJob: TestJob,
): Promise<PreparedTestJob & { readonly handle: JobHandle; readonly result: JobResult }> {
  const prepared = await prepareJob(testJob);
  const handle = await prepared.controller.submitJob(prepared.job, prepared.env);
  const result = await prepared.controller.getResult(handle, { env: prepared.env, blocking: true });
  if (result === null) throw new Error('a blocking getResult gave null');
  return { ...prepared, handle, result };
}
