import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
import type { TestHost } from '@aiflow/testkit';
import { createTestEnv, createTestHost } from '@aiflow/testkit';
import { BashJobGenerator } from '../src/generator.ts';
import type { BashProperties } from '../src/index.ts';
import { bashJobPlugin } from '../src/plugin.ts';

export interface BashRunOptions {
  readonly properties?: BashProperties;
  readonly execMode?: ExecMode;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Files of the project, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the job inherits, beside PATH. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The job that a block draws, as the generator makes it. */
export async function generate(
  draw: (job: JobBuilder) => void,
  { properties = {}, execMode }: Pick<BashRunOptions, 'properties' | 'execMode'> = {},
): Promise<Job> {
  const graph = defineWorkflow('tests', (workflow) => {
    workflow.job('job', { type: 'bash', properties, ...(execMode && { execMode }) }, (job) =>
      draw(job as JobBuilder),
    );
  });
  const [subGraph] = splitGraph(graph);
  if (subGraph === undefined) throw new Error('a graph with one job has one sub-graph');
  return await new BashJobGenerator().generate(subGraph, '/nowhere');
}

/** One attempt of a bash job, with its own host; dispose it. */
export class BashRun {
  readonly host: TestHost;
  readonly job: Job;
  readonly env: JobRuntimeEnv;
  readonly controller: JobController = bashJobPlugin.getJobController();

  constructor(host: TestHost, job: Job, env: JobRuntimeEnv) {
    this.host = host;
    this.job = job;
    this.env = env;
  }

  async submit(): Promise<JobHandle> {
    return await this.controller.submitJob(this.job, this.env);
  }

  async result(): Promise<JobResult> {
    const handle = await this.submit();
    const result = await this.controller.getResult(handle, { env: this.env, blocking: true });
    if (result === null) throw new Error('a blocking getResult gave null');
    return result;
  }

  log(name: string): string {
    return readFileSync(join(this.env.logDir, name), 'utf8');
  }

  async dispose(): Promise<void> {
    const handle = await this.controller.findJob(this.job, this.env);
    if (handle !== null) await this.controller.stopJob(handle, this.env);
    await this.host.dispose();
  }
}

export async function prepare(
  draw: (job: JobBuilder) => void,
  options: BashRunOptions = {},
): Promise<BashRun> {
  const host = await createTestHost({ secrets: options.secrets ?? {} });
  const projectDir = join(host.stateDir, 'project');
  for (const [path, content] of Object.entries(options.files ?? {})) {
    mkdirSync(dirname(join(projectDir, path)), { recursive: true });
    writeFileSync(join(projectDir, path), content);
  }
  const job = await generate(draw, options);
  const environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...options.environment };
  const env = createTestEnv({ host, job, attempt: { attemptId: randomUUID() }, projectDir, environment });
  return new BashRun(host, job, env);
}
