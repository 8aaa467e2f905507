import { existsSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '@aiflow/core';
import { environmentNames } from '@aiflow/core';
import { describe, expect, it } from 'vitest';
import {
  createManualClock,
  createScriptedRunner,
  createTestEnv,
  createTestHost,
  testAttempt,
} from '../src/index.ts';

const job: Job = {
  config: { jobName: 'clean', jobType: 'fake', properties: {} },
  platform: 'local',
  engine: 'none',
  plan: null,
  inputs: [],
  outputs: [],
};

describe('a test host', () => {
  it('records what is logged, knows its secrets alone, and removes what is below its directory', async () => {
    const host = await createTestHost({ secrets: { TOKEN: 'value' } });
    host.logger.warn('careful', { attempt: 1 });
    expect(host.logger.records).toEqual([{ level: 'warn', message: 'careful', fields: { attempt: 1 } }]);
    expect(host.secrets.get('TOKEN')).toBe('value');
    for (const name of ['PATH', 'constructor', '__proto__']) expect(host.secrets.get(name)).toBeNull();
    await mkdir(join(host.stateDir, 'read-only'));
    writeFileSync(join(host.stateDir, 'read-only/file'), '');
    await chmod(join(host.stateDir, 'read-only'), 0o555);
    await host.dispose();
    expect(existsSync(host.stateDir)).toBe(false);
  });

  it('keeps a directory that it was given', async () => {
    const outer = await createTestHost();
    const inner = await createTestHost({ stateDir: outer.stateDir });
    await inner.dispose();
    expect(existsSync(outer.stateDir)).toBe(true);
    await outer.dispose();
  });
});

describe('a test environment', () => {
  it('is the one that the worker makes, and the same again for the same attempt', async () => {
    const host = await createTestHost({ secrets: { TOKEN: 'value' } });
    await mkdir(join(host.stateDir, 'project/resources'), { recursive: true });
    const env = createTestEnv({ host, job, attempt: { attemptId: 'seven', parameters: { rate: 1 } } });
    expect(env.environment[environmentNames.attemptId]).toBe('seven');
    expect(env.resolveSecrets('${TOKEN}')).toBe('value');
    expect(await readlink(join(env.workingDir, 'resources'))).toBe(join(host.stateDir, 'project/resources'));
    for (const directory of [env.logDir, env.stateDir, env.outboxDir])
      expect(existsSync(directory)).toBe(true);
    expect(createTestEnv({ host, job }).workingDir).toBe(env.workingDir);
    expect(createTestEnv({ host, job, attempt: { attemptNumber: 2 } }).workingDir).not.toBe(env.workingDir);
    await host.dispose();
  });
});

describe('a manual clock', () => {
  it('stands still, and wakes what sleeps in the order of its time', async () => {
    const clock = createManualClock(1000);
    const woken: string[] = [];
    const sleep = async (name: string, milliseconds: number): Promise<void> => {
      await clock.sleep(milliseconds);
      woken.push(`${name} at ${clock.now()}`);
    };
    const sleeps = [sleep('late', 30), sleep('early', 10), sleep('never', 1000)];
    expect([clock.now(), clock.monotonic(), clock.sleeping]).toEqual([1000, 0, 3]);
    await clock.advance(50);
    expect(woken).toEqual(['early at 1010', 'late at 1030']);
    expect([clock.now(), clock.monotonic(), clock.sleeping]).toEqual([1050, 50, 1]);
    await clock.advance(1000);
    await Promise.all(sleeps);
  });

  it('wakes in the same advance what goes to sleep again on the way', async () => {
    const clock = createManualClock();
    let ticks = 0;
    const ticking = (async () => {
      for (; ticks < 5; ticks += 1) await clock.sleep(10);
    })();
    await clock.advance(100);
    await ticking;
    expect(ticks).toBe(5);
  });

  it('ends a sleep with the reason of its signal', async () => {
    const clock = createManualClock();
    const reason = new Error('enough');
    const stop = new AbortController();
    const sleeping = clock.sleep(10, { signal: stop.signal });
    stop.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(clock.sleep(10, { signal: stop.signal })).rejects.toBe(reason);
    expect(clock.sleeping).toBe(0);
  });

  it('can set the wall clock back, which no sleep notices', async () => {
    const clock = createManualClock(5000);
    const sleeping = clock.sleep(10);
    clock.setNow(0);
    expect([clock.now(), clock.monotonic()]).toEqual([0, 0]);
    await clock.advance(10);
    await sleeping;
    expect([clock.now(), clock.monotonic()]).toEqual([10, 10]);
  });
});

describe('a scripted runner', () => {
  it('ends attempts as it is told, and finds those that were begun', async () => {
    const runner = createScriptedRunner({ patience: 50 });
    const [good, bad, lost] = ['good', 'bad', 'lost'].map((attemptId) => testAttempt(job, { attemptId }));
    const runs = [good, bad, lost].map((attempt) => attempt && runner.start(attempt));
    (await runner.begun('clean', 1)).finish({ node_1: 1 });
    (await runner.begun('clean', 2)).fail('no');
    (await runner.begun('clean', 3)).lose();
    expect(await runs[0]?.result).toEqual({ status: 'FINISHED', values: { node_1: 1 }, error: null });
    expect(await runs[1]?.result).toMatchObject({ status: 'FAILED', error: { message: 'no' } });
    await expect(runs[2]?.result).rejects.toMatchObject({ code: 'scripted.lost' });
    expect(await (await runner.find(testAttempt(job, { attemptId: 'good' })))?.result).toEqual(
      await runs[0]?.result,
    );
    expect(await runner.find(testAttempt(job, { attemptId: 'never' }))).toBeNull();
    await expect(runner.begun('clean', 4)).rejects.toThrow(/attempt 4 of job "clean"/);
  });

  it('confirms a stop at once, or when it is told to', async () => {
    const runner = createScriptedRunner();
    const quick = runner.start(testAttempt(job));
    await quick.stop();
    expect((await quick.result).status).toBe('KILLED');
    runner.holdStops(true);
    const held = runner.start(testAttempt(job, { attemptId: 'held' }));
    let stopped = false;
    const stopping = held.stop().then(() => (stopped = true));
    const attempt = await runner.begun('clean', 2);
    expect([attempt.stopRequested, attempt.ended, stopped]).toEqual([true, false, false]);
    attempt.confirmStop();
    await stopping;
    expect((await held.result).status).toBe('KILLED');
  });
});
