import { existsSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../src/compile/workflow.ts';
import { AIFlowError } from '../../src/errors.ts';
import type { PluginRegistry } from '../../src/plugin/registry.ts';
import { createRegistry, registerJobPluginFactory } from '../../src/plugin/registry.ts';
import { environmentSecrets } from '../../src/plugin/secrets.ts';
import { silentLogger, systemClock } from '../../src/plugin/system-host.ts';
import type { JobRuntimeEnv } from '../../src/run/env.ts';
import type { JobController, JobHandle, JobResult } from '../../src/run/job-plugin.ts';
import type { Attempt, AttemptRunner } from '../../src/run/runner.ts';
import { createRunner } from '../../src/run/worker.ts';
import type { BlobManager } from '../../src/snapshot/blob-manager.ts';

const finished: JobResult = { status: 'FINISHED', values: { node_1: 'yes' }, error: null };
const job: Job = {
  config: { jobName: 'clean', jobType: 'scripted', properties: {} },
  platform: 'local',
  engine: 'none',
  plan: null,
  inputs: [],
  outputs: [],
};
const attempt: Attempt = {
  attemptId: 'attempt-1',
  attemptNumber: 1,
  workflowExecutionId: 'execution-1',
  projectName: 'project',
  workflowName: 'flow',
  snapshotId: 'f'.repeat(64),
  snapshotUri: 'somewhere',
  job,
  context: null,
  parameters: { rate: 0.5 },
};

/** A controller at the plugin's outside port, which writes down what it is asked. */
class ScriptedController implements JobController {
  readonly calls: string[] = [];
  env: JobRuntimeEnv | null = null;
  begun = false;
  end: Promise<JobResult> = Promise.resolve(finished);
  submitError: Error | null = null;
  beginsDespiteError = false;

  async submitJob(_: Job, env: JobRuntimeEnv): Promise<JobHandle> {
    this.calls.push('submit');
    this.env = env;
    this.begun = this.submitError === null || this.beginsDespiteError;
    if (this.submitError !== null) throw this.submitError;
    return handle;
  }
  async findJob(): Promise<JobHandle | null> {
    this.calls.push('find');
    return this.begun ? handle : null;
  }
  async getJobStatus(): Promise<'RUNNING'> {
    return 'RUNNING';
  }
  async getResult(
    _: JobHandle,
    { blocking, signal }: { blocking: boolean; signal?: AbortSignal },
  ): Promise<JobResult | null> {
    if (!blocking) return null;
    const aborted = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted', { cause: signal.reason })), {
        once: true,
      });
    });
    return Promise.race([this.end, aborted]);
  }
  async stopJob(): Promise<void> {
    this.calls.push('stop');
  }
  async cleanupJob(): Promise<void> {
    this.calls.push('cleanup');
  }
}
const handle: JobHandle = {
  jobType: 'scripted',
  plugin: 'test',
  version: '1',
  attemptId: 'attempt-1',
  data: null,
};

let root: string;
let controller: ScriptedController;
let registry: PluginRegistry;
let runner: AttemptRunner;
let fetches: number;
let controllersMade: number;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'aiflow-worker-'));
  mkdirSync(join(root, 'snapshot/workflows/flow'), { recursive: true });
  mkdirSync(join(root, 'snapshot/resources'));
  writeFileSync(join(root, 'snapshot/project.yaml'), 'project_name: project\n');
  controller = new ScriptedController();
  registry = createRegistry();
  fetches = 0;
  controllersMade = 0;
  registerJobPluginFactory(
    {
      kind: 'job',
      name: 'scripted',
      jobType: 'scripted',
      platform: 'local',
      engine: 'none',
      package: 'test',
      version: '1.0.0',
      location: 'file:///test',
      protocol: 1,
      capabilities: {},
      options: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
      getJobGenerator: () => ({ generate: () => Promise.reject(new Error('not used')) }),
      getJobController: () => {
        controllersMade += 1;
        return controller;
      },
    },
    registry,
  );
  const blob: Pick<BlobManager, 'downloadProject'> = {
    downloadProject: async () => {
      fetches += 1;
      return join(root, 'snapshot');
    },
  };
  runner = createRunner({
    blob: blob as BlobManager,
    stateDir: join(root, 'state'),
    environment: { PATH: '/bin', INHERITED: 'yes' },
    logger: silentLogger,
    clock: systemClock,
    secrets: environmentSecrets({ TOKEN: 'secret', SHORT: 'ab' }),
    registry,
  });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('an attempt', () => {
  it('is fetched, submitted, waited for and cleaned up', async () => {
    const run = runner.start(attempt);
    expect(await run.result).toEqual(finished);
    expect(await run.submitted).toEqual(handle);
    expect(controller.calls).toEqual(['submit', 'cleanup']);
  });

  it('shares its controller with all others of its plugin, for what it holds open is not held twice', async () => {
    for (const number of [1, 2, 3]) {
      await runner.start({ ...attempt, attemptId: `attempt-${number}`, attemptNumber: number }).result;
    }
    expect(controllersMade).toBe(1);
  });

  it('runs in a directory of its own with links to the parts of the project', async () => {
    await runner.start(attempt).result;
    await runner.start({ ...attempt, attemptId: 'attempt-2', attemptNumber: 2 }).result;
    const first = join(root, 'state/executions/execution-1/jobs/clean.1/work');
    expect(controller.env?.workingDir).toBe(join(root, 'state/executions/execution-1/jobs/clean.2/work'));
    expect(readlinkSync(join(first, 'flow'))).toBe(join(root, 'snapshot/workflows/flow'));
    expect(readlinkSync(join(first, 'project.yaml'))).toBe(join(root, 'snapshot/project.yaml'));
    expect(existsSync(join(first, 'dependencies'))).toBe(false);
    expect(controller.env?.generatedDir).toBe(join(root, 'snapshot/generated/flow/jobs/clean'));
    expect(lstatSync(join(first, 'resources')).isSymbolicLink()).toBe(true);
  });

  it('hands the facts of its execution to processes, beside what the worker inherited', async () => {
    await runner.start({ ...attempt, context: 'eu' }).result;
    expect(controller.env?.environment).toMatchObject({
      INHERITED: 'yes',
      AIFLOW_ATTEMPT_ID: 'attempt-1',
      AIFLOW_JOB_NAME: 'clean',
      AIFLOW_PARAMETERS: '{"rate":0.5}',
      WORKFLOW_EXECUTION_CONTEXT: 'eu',
    });
    expect(controller.env?.resolveSecrets({ a: 'x${TOKEN}', b: '$${TOKEN}' })).toEqual({
      a: 'xsecret',
      b: '${TOKEN}',
    });
  });

  it('shares the fetch of a snapshot with all others that run', async () => {
    await Promise.all(
      [1, 2, 3].map((n) => runner.start({ ...attempt, attemptId: `a${n}`, attemptNumber: n }).result),
    );
    expect(fetches).toBe(1);
  });

  it('is killed when it is told to stop, and cleaned up after the stop', async () => {
    controller.end = new Promise(() => undefined);
    const run = runner.start(attempt);
    await run.submitted;
    await run.stop();
    expect((await run.result).status).toBe('KILLED');
    expect(controller.calls).toEqual(['submit', 'stop', 'cleanup']);
  });

  it('never submits when it is stopped before', async () => {
    const run = runner.start(attempt);
    await run.stop();
    expect((await run.result).status).toBe('KILLED');
    expect(controller.calls).toEqual([]);
  });

  it('is stopped and cleaned up when waiting for it fails', async () => {
    controller.end = Promise.reject(new AIFlowError('engine.gone', 'the engine is gone'));
    const result = await runner.start(attempt).result;
    expect(result).toMatchObject({
      status: 'FAILED',
      error: { code: 'engine.gone', message: 'the engine is gone' },
    });
    expect(controller.calls).toEqual(['submit', 'stop', 'cleanup']);
  });

  it('is followed to its end when it began although submitting it failed', async () => {
    controller.submitError = new Error('connection lost');
    controller.beginsDespiteError = true;
    expect(await runner.start(attempt).result).toEqual(finished);
    expect(controller.calls).toEqual(['submit', 'find', 'cleanup']);
  });

  it('fails when submitting it failed and nothing began', async () => {
    controller.submitError = new Error('connection lost');
    const result = await runner.start(attempt).result;
    expect(result).toMatchObject({ status: 'FAILED', error: { code: 'job.plugin_failed' } });
    expect(controller.calls).toEqual(['submit', 'find']);
  });

  it('gives no secret away that its job was given and then printed', async () => {
    const properties = { env: { KEY: 'Bearer ${TOKEN}', SHORT: '${SHORT}', NONE: '${NONE}' } };
    const config = { ...job.config, properties };
    const error = {
      code: 'x',
      message: 'used secret, ab',
      context: { tail: ['a secret', { deep: 'secretsecret' }] },
    };
    controller.end = Promise.resolve({ status: 'FAILED', values: { node_1: 'secret' }, error });
    const result = await runner.start({ ...attempt, job: { ...job, config } }).result;
    expect(result).toEqual({
      status: 'FAILED',
      values: { node_1: '***' },
      error: { code: 'x', message: 'used ***, ab', context: { tail: ['a ***', { deep: '******' }] } },
    });
  });

  it('gives no secret away that stands in the URI of a dataset', async () => {
    const dataset = { name: 'rows', format: null, schema: null, properties: {} };
    controller.end = Promise.resolve({ ...finished, values: { node_1: 'wrote s3://secret/Bearer secret' } });
    const inputDatasets = [{ ...dataset, uri: 's3://${TOKEN}/rows' }];
    expect((await runner.start({ ...attempt, job: { ...job, inputDatasets } }).result).values).toEqual({
      node_1: 'wrote s3://***/Bearer ***',
    });
    const outputDatasets = inputDatasets;
    expect((await runner.start({ ...attempt, job: { ...job, outputDatasets } }).result).values).toEqual({
      node_1: 'wrote s3://***/Bearer ***',
    });
  });

  it('fails with the package to install when its plugin is not there (trap: an unknown type raises a bare KeyError)', async () => {
    const foreign = { ...attempt, job: { ...job, config: { ...job.config, jobType: 'spark' } } };
    const result = await runner.start(foreign).result;
    expect(result.error?.code).toBe('plugin.not_registered');
    expect(result.error?.message).toContain('@aiflow/job-spark');
  });

  it('is found again after a crash, and is not submitted twice', async () => {
    controller.begun = true;
    const run = await runner.find(attempt);
    expect(await run?.result).toEqual(finished);
    expect(controller.calls).toEqual(['find', 'cleanup']);
  });

  it('is not found when it never began', async () => {
    expect(await runner.find(attempt)).toBeNull();
  });
});
