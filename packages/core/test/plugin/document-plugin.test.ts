import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AbstractJobPlugin, Job, JobController, JobResult, JobRuntimeEnv } from '../../src/index.ts';
import {
  createJobRuntimeEnv,
  createRegistry,
  environmentSecrets,
  getJobPlugin,
  jobPluginFactoryOf,
  pluginOrigin,
  registerJobPlugin,
  silentLogger,
  splitGraph,
  systemClock,
} from '../../src/index.ts';
import { draw } from '../define/drawing.ts';
import { errorOf } from '../thrown.ts';
import { jobRecord } from './records.ts';

const origin = pluginOrigin(import.meta.url);
const finished: JobResult = { status: 'FINISHED', values: { node_1: 1 }, error: null };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aiflow-document-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

/** The nine methods, doing nothing; the job's end is what `more` gives as its handler's result. */
function nine(more: object = {}): AbstractJobPlugin {
  return {
    generate: ({ config }) => ({
      config,
      platform: 'moon',
      engine: 'none',
      plan: null,
      inputs: [],
      outputs: [],
    }),
    generateJobResource: () => undefined,
    submitJob: () => ({ result: Promise.resolve(finished) }),
    stopJob: () => undefined,
    cleanupJob: () => undefined,
    jobType: () => 'fake',
    jobConfigType: () => jobRecord().options,
    platform: () => 'moon',
    engine: () => ({ engine: 'none' }),
    ...more,
  };
}

async function generated(plugin: AbstractJobPlugin): Promise<Job> {
  const [subGraph] = splitGraph(draw(['a']));
  if (subGraph === undefined) throw new Error('a graph with one job has one sub-graph');
  const generator = jobPluginFactoryOf(plugin, origin).getJobGenerator();
  return await generator.generate(subGraph, join(root, 'resources'), { projectName: 'p', projectDir: '/p' });
}

async function prepare(plugin: AbstractJobPlugin): Promise<{ job: Job; env: JobRuntimeEnv }> {
  const job = await generated(plugin);
  const attempt = {
    attemptId: 'attempt',
    attemptNumber: 1,
    workflowExecutionId: 'execution',
    projectName: 'p',
    workflowName: 'w',
    snapshotId: 's',
    snapshotUri: 'u',
    job,
    context: null,
    parameters: {},
  };
  const env = createJobRuntimeEnv(attempt, {
    stateDir: root,
    projectDir: root,
    environment: {},
    logger: silentLogger,
    clock: systemClock,
    secrets: environmentSecrets({}),
  });
  return { job, env };
}

/** A controller of a process that has just begun. */
const controllerOf = (plugin: AbstractJobPlugin): JobController =>
  jobPluginFactoryOf(plugin, origin).getJobController();

describe("a plugin in document 003's shape", () => {
  it('is an ordinary job plugin of the one registry, by the names of its engine and platform', () => {
    const registry = createRegistry();
    registerJobPlugin(nine(), origin, registry);
    registerJobPlugin(nine(), origin, registry); // the same again
    const plugin = getJobPlugin({ engine: 'none', platform: 'moon' }, registry);
    expect(plugin).toMatchObject({ kind: 'job', name: 'fake', jobType: 'fake', ...origin });
  });

  it('generates with what is known of the project, and then writes what the job needs', async () => {
    const seen: unknown[] = [];
    const plugin = nine({
      generate: (subGraph: Parameters<AbstractJobPlugin['generate']>[0], project: unknown) => {
        seen.push(project);
        return nine().generate(subGraph, { projectName: null, projectDir: null });
      },
      generateJobResource: (job: Job, directory: string) => seen.push(job.config.jobName, directory),
    });
    await generated(plugin);
    expect(seen).toEqual([{ projectName: 'p', projectDir: '/p' }, 'a', join(root, 'resources')]);
  });

  it.each([
    ['nothing', null, /generate, generateJobResource, submitJob/],
    ['a method less', nine({ stopJob: undefined }), /does not define stopJob/],
    [
      'a way to find jobs and none to end them',
      nine({ findJob: () => null }),
      /define getJobStatus, getResult .*go with/,
    ],
  ])('is refused with %s', (_, plugin, message) => {
    const { message: said } = errorOf(() => jobPluginFactoryOf(plugin as never, origin), 'plugin.invalid');
    expect(said).toMatch(message);
  });
});

describe("a controller of document 003's methods alone", () => {
  it('answers after a crash for a job that had ended, with its data', async () => {
    const plugin = nine({ submitJob: () => ({ data: { id: 7 }, result: Promise.resolve(finished) }) });
    const { job, env } = await prepare(plugin);
    const first = controllerOf(plugin);
    const handle = await first.submitJob(job, env);
    expect(await first.getResult(handle, { env, blocking: true })).toEqual(finished);
    const second = controllerOf(plugin);
    expect(await second.findJob(job, env)).toEqual(handle);
    expect(handle).toMatchObject({ jobType: 'fake', attemptId: 'attempt', data: { id: 7 } });
    expect(await second.getJobStatus(handle, env)).toBe('FINISHED');
    await second.stopJob(handle, env);
    expect(await second.getResult(handle, { env, blocking: true })).toEqual(finished);
  });

  it('says after a crash that a job which ran is lost, and never that it did not begin', async () => {
    const plugin = nine({ submitJob: () => ({ result: new Promise(() => undefined) }) });
    const { job, env } = await prepare(plugin);
    expect(await controllerOf(plugin).findJob(job, env)).toBeNull();
    const handle = await controllerOf(plugin).submitJob(job, env);
    const after = controllerOf(plugin);
    for (const ask of [
      () => after.findJob(job, env),
      () => after.getJobStatus(handle, env),
      () => after.getResult(handle, { env, blocking: true }),
      () => after.stopJob(handle, env),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'job.lost' });
    }
  });

  it('begins nothing when submitting throws', async () => {
    const plugin = nine({
      submitJob: () => {
        throw new Error('no room');
      },
    });
    const { job, env } = await prepare(plugin);
    const controller = controllerOf(plugin);
    await expect(controller.submitJob(job, env)).rejects.toThrow('no room');
    expect(await controller.findJob(job, env)).toBeNull();
  });

  it.each([
    ['nothing', undefined],
    ['no result', {}],
    ['a result of another shape', { result: 3 }],
    ['a status that is no end', { result: { status: 'RUNNING', values: {}, error: null } }],
    ['a value that is not plain', { result: { ...finished, values: { node_1: () => 1 } } }],
  ])('makes a failed job of a handler with %s', async (_, handler) => {
    const plugin = nine({ submitJob: () => handler });
    const { job, env } = await prepare(plugin);
    const controller = controllerOf(plugin);
    const handle = await controller.submitJob(job, env);
    const end = await controller.getResult(handle, { env, blocking: true });
    expect(end).toMatchObject({ status: 'FAILED', error: { code: 'job.no_result' } });
  });

  it('stops with the very handler that submitting gave, and a stop that failed can be asked for again', async () => {
    const { promise, reject } = Promise.withResolvers<JobResult>();
    const given = { result: promise };
    const stops: unknown[] = [];
    const plugin = nine({
      submitJob: () => given,
      stopJob: (handle: unknown) => {
        stops.push(handle);
        if (stops.length === 1) throw new Error('not now');
        reject(new Error('stopped'));
      },
    });
    const { job, env } = await prepare(plugin);
    const controller = controllerOf(plugin);
    const handle = await controller.submitJob(job, env);
    await expect(controller.stopJob(handle, env)).rejects.toThrow('not now');
    expect(await controller.getJobStatus(handle, env)).toBe('RUNNING');
    await controller.stopJob(handle, env);
    expect(stops[1]).toBe(given);
    expect(await controller.getJobStatus(handle, env)).toBe('KILLED');
  });
});
