import { settle } from '@aiflow/testkit';
import { expect, test } from 'vitest';
import type { RunOptions } from './harness.ts';
import { openRig, until } from './harness.ts';

const bounded: RunOptions = { configs: { a: { timeoutMs: 5000 } } };

test('an attempt that runs too long is stopped, and has failed by its timeout', async () => {
  const rig = await openRig();
  const id = await rig.run(['a', 'b'], [], bounded);
  const a = await rig.runner.begun('a');
  await rig.untilJob('a', id, 'RUNNING');
  await rig.clock.advance(4999);
  await settle();
  expect(a.stopRequested).toBe(false);
  await rig.clock.advance(1);
  expect(await rig.untilJob('a', id, 'FAILED')).toMatchObject({
    reason: 'timeout',
    error: { code: 'job.timeout', message: 'job "a" ran longer than its timeout of 5 s and was stopped' },
  });
  (await rig.runner.begun('b')).finish();
  expect(await rig.untilEnded(id)).toBe('FAILED');
});

test('the time counts from when the job runs: waiting for a place takes none of it', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  const id = await rig.run(['first', 'a'], [], bounded);
  const first = await rig.runner.begun('first');
  await rig.clock.advance(60_000);
  first.finish();
  await rig.untilJob('a', id, 'RUNNING');
  await rig.clock.advance(4999);
  await settle();
  expect(rig.runner.of('a')[0]?.stopRequested).toBe(false);
  rig.runner.of('a')[0]?.finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  await rig.clock.advance(60_000);
  await settle();
});

test('the time goes on while no scheduler is there', async () => {
  const rig = await openRig();
  const id = await rig.run(['a'], [], bounded);
  await rig.untilJob('a', id, 'RUNNING');
  await rig.clock.advance(2000);
  await rig.restart();
  await rig.clock.advance(2999);
  await settle();
  expect(rig.runner.of('a')[0]?.stopRequested).toBe(false);
  await rig.scheduler.close();
  await rig.clock.advance(60_000);
  await rig.restart();
  expect(await rig.untilJob('a', id, 'FAILED')).toMatchObject({ reason: 'timeout' });
});

test('a stop for a timeout is remembered over a restart, and asked for again until the job has ended', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['a'], [], bounded);
  const a = await rig.runner.begun('a');
  await rig.untilJob('a', id, 'RUNNING');
  await rig.clock.advance(5000);
  await until('the stop to arrive', () => a.stopRequested || null);
  a.refuseStop();
  await settle();
  expect(await rig.attempts('a', id)).toMatchObject([{ status: 'RUNNING', reason: 'stopping' }]);
  rig.runner.holdStops(false);
  await rig.restart();
  expect(await rig.untilJob('a', id, 'FAILED')).toMatchObject({ reason: 'timeout' });

  const other = await rig.run(['a'], [], bounded);
  rig.runner.holdStops(true);
  const again = await rig.runner.begun('a', 2);
  await rig.untilJob('a', other, 'RUNNING');
  await rig.clock.advance(5000);
  await until('the stop to arrive', () => again.stopRequested || null);
  again.refuseStop();
  await settle();
  rig.runner.holdStops(false);
  await rig.clock.advance(30_000);
  expect(await rig.untilEnded(other)).toBe('FAILED');
});

test('a job that ends by itself while it is stopped for its timeout ended as it did', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['a'], [], bounded);
  const a = await rig.runner.begun('a');
  await rig.untilJob('a', id, 'RUNNING');
  await rig.clock.advance(5000);
  await until('the stop to arrive', () => a.stopRequested || null);
  a.finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
});

test('an attempt that timed out is retried, each with its whole time', async () => {
  const rig = await openRig();
  const retry = { limit: 1, delayMs: 0, backoff: 1, maxDelayMs: 0, jitter: 0 };
  const id = await rig.run(['a'], [], { configs: { a: { timeoutMs: 5000, retry } } });
  await rig.untilJob('a', id, 'RUNNING');
  await rig.clock.advance(5000);
  const second = await rig.runner.begun('a', 2);
  await rig.untilJob('a', id, 'RUNNING');
  await rig.clock.advance(4999);
  await settle();
  expect(second.stopRequested).toBe(false);
  await rig.clock.advance(1);
  expect(await rig.untilEnded(id)).toBe('FAILED');
});

test('a stop by hand takes the place of one for a timeout', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['a'], [], bounded);
  const a = await rig.runner.begun('a');
  await rig.untilJob('a', id, 'RUNNING');
  await rig.clock.advance(5000);
  await until('the stop to arrive', () => a.stopRequested || null);
  const stopping = rig.scheduler.stopJobExecution('a', id);
  await settle();
  a.confirmStop();
  expect(await stopping).toMatchObject({ status: 'KILLED', reason: 'stopped', error: null });
});
