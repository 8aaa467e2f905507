import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { AIFlowError } from '../../src/errors.ts';
import type { Clock } from '../../src/plugin/host.ts';
import { createRegistry, registerJobPluginFactory } from '../../src/plugin/registry.ts';
import { environmentSecrets } from '../../src/plugin/secrets.ts';
import { silentLogger, systemClock } from '../../src/plugin/system-host.ts';
import type { JobController, JobHandle, JobResult } from '../../src/run/job-plugin.ts';
import type { Attempt, AttemptRunner } from '../../src/run/runner.ts';
import { createRunner } from '../../src/run/worker.ts';
import type { BlobManager } from '../../src/snapshot/blob-manager.ts';

const handle: JobHandle = { jobType: 'x', plugin: 'test', version: '1', attemptId: 'attempt', data: null };
const finished: JobResult = { status: 'FINISHED', values: {}, error: null };

interface Rig {
  readonly runner: AttemptRunner;
  readonly attempt: Attempt;
  /** What the plugin was asked, by method. */
  readonly calls: string[];
  readonly logged: string[];
  /** Ends the job by itself. */
  readonly end: (result: JobResult) => void;
  /** The pauses of the worker, each ended by a call. */
  readonly pauses: (() => void)[];
}

/** A worker over a plugin whose job runs until it ends or is stopped, but for what a test changes. */
function openRig(
  plugin: Partial<JobController>,
  downloadProject: BlobManager['downloadProject'] = async (id) => join(root(), id),
): Rig {
  const stateDir = root();
  const calls: string[] = [];
  const logged: string[] = [];
  const pauses: (() => void)[] = [];
  const end = Promise.withResolvers<JobResult>();
  const controller: JobController = {
    submitJob: async () => handle,
    findJob: async () => handle,
    getJobStatus: async () => 'RUNNING',
    getResult: async (_, { blocking, signal }) => {
      if (!blocking) return null;
      const aborted = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => aborted.reject(signal.reason), { once: true });
      return await Promise.race([end.promise, aborted.promise]);
    },
    stopJob: async () => undefined,
    cleanupJob: async () => undefined,
    ...plugin,
  };
  const noted = new Proxy(controller, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown => {
        calls.push(String(name));
        return Reflect.apply(method, target, args);
      };
    },
  });
  const registry = createRegistry();
  registerJobPluginFactory(
    {
      kind: 'job',
      name: 'x',
      jobType: 'x',
      platform: 'local',
      engine: 'none',
      package: 'test',
      version: '1.0.0',
      location: 'file:///test',
      protocol: 1,
      capabilities: {},
      options: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
      getJobGenerator: () => ({ generate: () => Promise.reject(new Error('not used')) }),
      getJobController: () => noted,
    },
    registry,
  );
  const clock: Clock = {
    ...systemClock,
    sleep: async (_, { signal } = {}) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      pauses.push(resolve);
      await promise;
    },
  };
  const note = (message: string): void => void logged.push(message);
  const runner = createRunner({
    blob: { downloadProject } as BlobManager,
    stateDir,
    environment: {},
    logger: { ...silentLogger, warn: note, error: note },
    clock,
    secrets: environmentSecrets({ TOKEN: 'hunter2' }),
    registry,
  });
  const attempt: Attempt = {
    attemptId: 'attempt',
    attemptNumber: 1,
    workflowExecutionId: 'execution',
    projectName: 'project',
    workflowName: 'flow',
    snapshotId: 'snapshot',
    snapshotUri: 'somewhere',
    job: {
      config: { jobName: 'a', jobType: 'x', properties: { key: '${TOKEN}' } },
      platform: 'local',
      engine: 'none',
      plan: null,
      inputs: [],
      outputs: [],
    },
    context: null,
    parameters: {},
  };
  return { runner, attempt, calls, logged, end: end.resolve, pauses };
}

function root(): string {
  const directory = mkdtempSync(join(tmpdir(), 'aiflow-worker-run-'));
  mkdirSync(join(directory, 'snapshot'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Whether the promise is still pending after all that can happen by itself has happened. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => void (settled = true);
  promise.then(settle, settle);
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return !settled;
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('expected within 10 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('an attempt whose submission failed and that cannot be looked for is no failure: its end cannot be known', async () => {
  const submitError = new Error('connection lost after the request');
  const rig = openRig({
    submitJob: () => Promise.reject(submitError),
    findJob: () => Promise.reject(new Error('no answer')),
  });
  const run = rig.runner.start(rig.attempt);
  const unknown = {
    code: 'job.unknown',
    message: expect.stringMatching(/connection lost after the request.*no answer/) as unknown,
    cause: submitError,
  };
  await expect(run.result).rejects.toMatchObject(unknown);
  await expect(run.submitted).rejects.toMatchObject(unknown);
});

it('a stop that failed leaves the attempt open, and the next stop asks the plugin again', async () => {
  let failures = 2;
  const rig = openRig({
    stopJob: async () => {
      if ((failures -= 1) >= 0) throw new Error(`unreachable, ${failures} more`);
    },
  });
  const run = rig.runner.start(rig.attempt);
  await run.submitted;
  await expect(Promise.all([run.stop(), run.stop()])).rejects.toThrow('unreachable, 1 more');
  expect(await isPending(run.result)).toBe(true);
  await expect(run.stop()).rejects.toThrow('unreachable, 0 more');
  await run.stop();
  expect((await run.result).status).toBe('KILLED');
  expect(rig.calls.filter((call) => call === 'stopJob')).toHaveLength(3);
  expect(rig.calls.at(-1)).toBe('cleanupJob');
});

it('a job that ends by itself after a stop that failed ends as it did, cleaned up', async () => {
  const rig = openRig({ stopJob: () => Promise.reject(new Error('unreachable')) });
  const run = rig.runner.start(rig.attempt);
  await run.submitted;
  await expect(run.stop()).rejects.toThrow('unreachable');
  rig.end(finished);
  expect(await run.result).toEqual(finished);
  expect(rig.calls.at(-1)).toBe('cleanupJob');
});

it('a job that can neither be waited for nor stopped stays open and is tried again, until it is stopped', async () => {
  let reachable = false;
  const rig = openRig({
    getResult: () => Promise.reject(new AIFlowError('engine.gone', 'the engine is gone')),
    stopJob: async () => {
      if (!reachable) throw new Error('unreachable');
    },
  });
  const run = rig.runner.start(rig.attempt);
  for (let count = 1; count <= 3; count += 1) {
    await until(() => rig.pauses.length === count);
    expect(await isPending(run.result)).toBe(true);
    if (count === 3) reachable = true;
    rig.pauses.at(-1)?.();
  }
  expect(await run.result).toMatchObject({ status: 'FAILED', error: { code: 'engine.gone' } });
  expect(rig.logged).toHaveLength(3);
  expect(rig.calls.at(-1)).toBe('cleanupJob');
});

it('a stop that is asked for while the worker pauses is asked of the plugin at once', async () => {
  let reachable = false;
  const rig = openRig({
    getResult: async (_, { blocking }) => {
      if (blocking) throw new Error('the engine is gone');
      return null;
    },
    stopJob: async () => {
      if (!reachable) throw new Error('unreachable');
    },
  });
  const run = rig.runner.start(rig.attempt);
  await until(() => rig.pauses.length === 1);
  reachable = true;
  await run.stop();
  expect((await run.result).status).toBe('KILLED');
});

it('letting go ends the waiting and not the job: nothing is stopped or cleaned up, and there is no end here', async () => {
  let waiting: AbortSignal | undefined;
  const rig = openRig({
    getResult: (_, { signal }) => {
      waiting = signal;
      const aborted = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => aborted.reject(signal.reason), { once: true });
      return aborted.promise;
    },
  });
  const run = rig.runner.start(rig.attempt);
  await until(() => waiting !== undefined);
  run.detach();
  run.detach();
  expect(waiting?.aborted).toBe(true);
  expect(await isPending(run.result)).toBe(true);
  await expect(run.stop()).rejects.toMatchObject({ code: 'job.detached' });
  expect(rig.calls).toEqual(['submitJob', 'getResult']);
  const found = await rig.runner.find(rig.attempt);
  expect(found).not.toBeNull();
  found?.detach();
});

it('an attempt that is let go before its project is there never begins', async () => {
  let fetching: AbortSignal | undefined;
  const rig = openRig({}, (_id, _uri, _path, options) => {
    fetching = options?.signal;
    return new Promise(() => undefined);
  });
  const run = rig.runner.start(rig.attempt);
  await until(() => fetching !== undefined);
  run.detach();
  await expect(run.submitted).rejects.toMatchObject({ code: 'job.detached' });
  expect(fetching?.aborted).toBe(true);
  expect(rig.calls).toEqual([]);
});

it('a stop does not wait for a project that is being fetched, and breaks the fetch off when it was the last to want it', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const rig = openRig({}, (_id, _uri, _path, options) => {
    signals.push(options?.signal);
    return new Promise(() => undefined);
  });
  const first = rig.runner.start(rig.attempt);
  const second = rig.runner.start({ ...rig.attempt, attemptId: 'second', attemptNumber: 2 });
  await until(() => signals.length > 0);
  await first.stop();
  expect((await first.result).status).toBe('KILLED');
  expect(signals[0]?.aborted).toBe(false);
  await second.stop();
  expect(signals[0]?.aborted).toBe(true);
  const third = rig.runner.start({ ...rig.attempt, attemptId: 'third', attemptNumber: 3 });
  await until(() => signals.length === 2); // the broken one is not shared
  await third.stop();
});

it('the signal of a find ends the fetch of its project', async () => {
  const rig = openRig({}, () => new Promise(() => undefined));
  const aborting = new AbortController();
  const finding = rig.runner.find(rig.attempt, { signal: aborting.signal });
  aborting.abort(new Error('closed'));
  await expect(finding).rejects.toThrow('closed');
});

it('no rejection gives a secret away', async () => {
  const broken = (): Promise<never> =>
    Promise.reject(
      new AIFlowError('engine.refused', 'refused hunter2', {
        context: { tail: 'key hunter2' },
        cause: new Error('said hunter2'),
      }),
    );
  const lost = openRig({ submitJob: broken, findJob: broken });
  const run = lost.runner.start(lost.attempt);
  const alive = openRig({ stopJob: broken });
  const living = alive.runner.start(alive.attempt);
  await living.submitted;
  const rejections = [run.result, run.submitted, lost.runner.find(lost.attempt), living.stop()];
  for (const rejection of await Promise.allSettled(rejections)) {
    expect(rejection.status).toBe('rejected');
    const texts: string[] = [];
    for (let error = Reflect.get(rejection, 'reason') as unknown; error instanceof Error; error = error.cause)
      texts.push(error.message, JSON.stringify(error));
    expect(texts.join()).toContain('***');
    expect(texts.join()).not.toContain('hunter2');
  }
});

it('tells a label when it differs from the one before, in one line and without secrets, until the job has ended', async () => {
  const said = [' waits for hunter2\nand more', 'waits for hunter2', null, 'x'.repeat(300)];
  const told: (string | null)[] = [];
  const rig = openRig({
    obtainJobLabel: async () => (said.length > 0 ? (said.shift() ?? null) : 'never told'),
  });
  const run = rig.runner.start(rig.attempt);
  run.onLabel?.((label) => told.push(label));
  for (let round = 1; round <= 3; round += 1) {
    await until(() => rig.pauses.length === round);
    rig.pauses[round - 1]?.();
  }
  await until(() => rig.pauses.length === 4);
  expect(told).toEqual(['waits for ***', null, 'x'.repeat(200)]);
  rig.end(finished);
  await run.result;
  rig.pauses[3]?.();
  await isPending(run.result);
  expect(rig.calls.filter((call) => call === 'obtainJobLabel')).toHaveLength(4);
});

it('a label that cannot be had is logged once, and harms nothing', async () => {
  const rig = openRig({ obtainJobLabel: () => Promise.reject(new Error('no label')) });
  const told: (string | null)[] = [];
  const run = rig.runner.start(rig.attempt);
  run.onLabel?.((label) => told.push(label));
  for (let round = 1; round <= 2; round += 1) {
    await until(() => rig.pauses.length === round);
    rig.pauses[round - 1]?.();
  }
  rig.end(finished);
  expect(await run.result).toEqual(finished);
  expect([rig.logged.length, told]).toEqual([1, []]);
});

it('no label is asked for any more once the attempt is let go', async () => {
  const rig = openRig({ obtainJobLabel: async () => 'runs' });
  const run = rig.runner.start(rig.attempt);
  run.onLabel?.(() => undefined);
  await until(() => rig.pauses.length === 1);
  run.detach();
  rig.pauses[0]?.();
  await isPending(run.result);
  expect(rig.calls.filter((call) => call === 'obtainJobLabel')).toHaveLength(1);
});
