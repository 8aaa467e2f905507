import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type {
  AISubGraph,
  Attempt,
  Job,
  JobController,
  JobHandle,
  JobResult,
  JobRuntimeEnv,
} from '@aiflow/core';
import { defineWorkflow, isFinal, splitGraph } from '@aiflow/core';
import { createTestEnv, testAttempt } from '../host/test-env.ts';
import type { TestHost } from '../host/test-host.ts';
import { createTestHost } from '../host/test-host.ts';
import { killHolders } from '../processes/token.ts';
import type { CaseContext } from '../suite/case.ts';
import { defaultPatience, within } from '../suite/wait.ts';
import type { JobFixture, JobPluginSuiteOptions } from './options.ts';
import { treeScript, treeScriptPath } from './tree-script.ts';

/** The name of the secret that fixtures refer to. Secrets come from the environment, so it is a variable there too. */
export const secretName = 'AIFLOW_CONFORMANCE_SECRET';

/** One attempt of a job: all that a controller is given for it. */
export interface PreparedJob {
  readonly job: Job;
  readonly attempt: Attempt;
  readonly env: JobRuntimeEnv;
}

export interface SubmittedJob extends PreparedJob {
  readonly handle: JobHandle;
}

/** A project, a host and the plugin, and a memory of all attempts so that none is left running. */
export class Workbench implements CaseContext {
  readonly options: JobPluginSuiteOptions;
  readonly host: TestHost;
  readonly projectDir: string;
  readonly controller: JobController;
  /** A value that must turn up nowhere but in the environment of the job's own processes. */
  readonly canary: string;
  readonly patience: number;
  readonly #attempts: PreparedJob[] = [];
  readonly #endings: (() => Promise<void>)[] = [];

  constructor(options: JobPluginSuiteOptions, host: TestHost, canary: string) {
    this.options = options;
    this.host = host;
    this.canary = canary;
    this.projectDir = join(host.stateDir, 'project');
    this.controller = options.factory.getJobController();
    this.patience = options.patience ?? defaultPatience;
  }

  /**
   * The fixture as the sub-graph that a compiler would hand to the generator. Its processors may be those of another
   * plugin of the same engine.
   */
  subGraph(fixture: JobFixture): AISubGraph {
    const graph = defineWorkflow('conformance', (workflow) => {
      workflow.job('job', (job) => fixture.draw(job));
    });
    const [subGraph] = splitGraph(graph);
    assert.ok(subGraph !== undefined, 'a graph with one job has one sub-graph');
    const { jobType } = this.options.factory;
    return { ...subGraph, config: { ...subGraph.config, jobType, properties: fixture.properties ?? {} } };
  }

  /** What the generator makes of a sub-graph, with its files where the worker will look for them. */
  async generate(subGraph: AISubGraph): Promise<Job> {
    const resourceDir = join(this.projectDir, 'generated', 'conformance', 'job');
    const generating = this.options.factory.getJobGenerator().generate(subGraph, resourceDir);
    const job = await within('generate', generating, this.patience);
    // What reaches a controller has been through JSON.
    return JSON.parse(JSON.stringify(job)) as Job;
  }

  /** A new attempt, with its directories and not yet submitted. */
  async prepare(fixture: JobFixture): Promise<PreparedJob> {
    const job = await this.generate(this.subGraph(fixture));
    const attemptNumber = this.#attempts.length + 1;
    const attempt = testAttempt(job, {
      attemptId: randomUUID(),
      attemptNumber,
      parameters: { number: attemptNumber },
    });
    const env = createTestEnv({ host: this.host, job, attempt, projectDir: this.projectDir });
    const prepared = { job, attempt, env };
    this.#attempts.push(prepared);
    return prepared;
  }

  async submit(fixture: JobFixture): Promise<SubmittedJob> {
    const prepared = await this.prepare(fixture);
    const handle = await within(
      'submitJob',
      this.controller.submitJob(prepared.job, prepared.env),
      this.patience,
    );
    return { ...prepared, handle };
  }

  /** Waits for the end of a job and gives its result. */
  async end(job: SubmittedJob, controller: JobController = this.controller): Promise<JobResult> {
    const waiting = controller.getResult(job.handle, { env: job.env, blocking: true });
    const result = await within('a blocking getResult', waiting, this.patience);
    assert.ok(result !== null, 'a blocking getResult never gives null');
    return result;
  }

  async stop(job: SubmittedJob, controller: JobController = this.controller): Promise<void> {
    await within('stopJob', controller.stopJob(job.handle, job.env), this.patience);
  }

  /** A controller as another process has it: nothing in its memory. */
  anotherController(): JobController {
    return this.options.factory.getJobController();
  }

  /** Has something ended when the case is over, before its jobs are. */
  atEnd(ending: () => Promise<void>): void {
    this.#endings.push(ending);
  }

  async dispose(): Promise<void> {
    try {
      for (const ending of this.#endings) await ending();
      for (const { job, env } of this.#attempts) await this.#end(job, env);
    } finally {
      for (const { env } of this.#attempts) await killHolders(env.attemptId);
      await this.host.dispose();
    }
  }

  async #end(job: Job, env: JobRuntimeEnv): Promise<void> {
    const controller = this.anotherController();
    const handle = await controller.findJob(job, env);
    if (handle === null || isFinal(await controller.getJobStatus(handle, env))) return;
    await within('stopJob', controller.stopJob(handle, env), this.patience);
    await controller.cleanupJob(handle, env);
  }
}

export async function openWorkbench(options: JobPluginSuiteOptions): Promise<Workbench> {
  // One for the whole process: what a plugin reads from the environment by mistake must be found as well.
  const canary = (process.env[secretName] ??= `canary-${randomUUID()}`);
  const host = await createTestHost({ secrets: { [secretName]: canary } });
  const workbench = new Workbench(options, host, canary);
  const files = {
    ...options.files,
    [treeScriptPath]: treeScript,
    'project.yaml': 'project_name: conformance\n',
  };
  for (const [path, content] of Object.entries(files)) {
    const target = join(workbench.projectDir, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  await mkdir(join(workbench.projectDir, 'workflows', 'conformance'), { recursive: true });
  return workbench;
}
