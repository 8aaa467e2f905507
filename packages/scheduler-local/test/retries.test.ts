import type { RetryPolicy } from '@aiflow/core';
import { failed, finished } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import { expect, test } from 'vitest';
import type { Rig, RunOptions } from './harness.ts';
import { openRig, until } from './harness.ts';
import { job, rule } from './workflow.ts';

const policy: RetryPolicy = { limit: 2, delayMs: 1000, backoff: 3, maxDelayMs: 60_000, jitter: 0 };
const retried: RunOptions = { configs: { a: { retry: policy } } };

async function untilRetrying(rig: Rig, id: string, attemptNumber: number): Promise<void> {
  await until(`attempt ${attemptNumber} to wait`, async () => {
    const newest = (await rig.attempts('a', id)).at(-1);
    return (newest?.attemptNumber === attemptNumber && newest.reason === 'retrying') || null;
  });
}

test('a failed attempt is followed by another after its delay, up to the limit', async () => {
  const rig = await openRig();
  const id = await rig.run(['a'], [], retried);
  (await rig.runner.begun('a')).fail();
  await untilRetrying(rig, id, 2);
  await rig.clock.advance(999);
  await settle();
  expect(rig.runner.of('a')).toHaveLength(1);
  await rig.clock.advance(1);
  (await rig.runner.begun('a', 2)).fail();
  await untilRetrying(rig, id, 3);
  await rig.clock.advance(2999);
  await settle();
  expect(rig.runner.of('a')).toHaveLength(2);
  await rig.clock.advance(1);
  (await rig.runner.begun('a', 3)).fail();
  expect(await rig.untilEnded(id)).toBe('FAILED');
  expect((await rig.attempts('a', id)).map(({ status, attemptNumber }) => [attemptNumber, status])).toEqual([
    [1, 'FAILED'],
    [2, 'FAILED'],
    [3, 'FAILED'],
  ]);
});

test('rules are told of a failure only when no retry follows it', async () => {
  const rig = await openRig();
  const rules = [rule('b', 'START', failed(job('a'))), rule('c', 'START', finished(job('a')))];
  const id = await rig.run(['a', 'b', 'c'], rules, { configs: { a: { retry: { ...policy, limit: 1 } } } });
  (await rig.runner.begun('a')).fail();
  await untilRetrying(rig, id, 2);
  expect(await rig.attempts('b', id)).toEqual([]);
  await rig.clock.advance(1000);
  (await rig.runner.begun('a', 2)).fail();
  (await rig.runner.begun('b')).finish();
  await rig.untilEnded(id);
  const told = (await rig.scheduler.events.list({ key: 'a' })).map(({ value }) => value);
  expect(told.filter((value) => value === 'FAILED')).toHaveLength(2); // both are in the log
});

test('a job that ends well after a retry has ended well', async () => {
  const rig = await openRig();
  const id = await rig.run(['a'], [], retried);
  (await rig.runner.begun('a')).fail();
  await untilRetrying(rig, id, 2);
  await rig.clock.advance(1000);
  (await rig.runner.begun('a', 2)).finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
});

test('the delay of a retry goes on while no scheduler is there', async () => {
  const rig = await openRig();
  const id = await rig.run(['a'], [], retried);
  (await rig.runner.begun('a')).fail();
  await untilRetrying(rig, id, 2);
  await rig.clock.advance(400);
  await rig.restart();
  await rig.clock.advance(599);
  await settle();
  expect(rig.runner.of('a')).toHaveLength(1);
  await rig.clock.advance(1);
  (await rig.runner.begun('a', 2)).fail();
  await untilRetrying(rig, id, 3);
  await rig.scheduler.close();
  await rig.clock.advance(60_000);
  await rig.restart();
  await rig.runner.begun('a', 3);
});

test('a retry that waits can be stopped, and begins at once when the job is restarted', async () => {
  const rig = await openRig();
  const id = await rig.run(['a', 'goes-on'], [], retried);
  (await rig.runner.begun('a')).fail();
  await untilRetrying(rig, id, 2);
  await expect(rig.scheduler.startJobExecution('a', id)).rejects.toMatchObject({
    code: 'scheduler.not_allowed',
  });
  expect(await rig.scheduler.restartJobExecution('a', id)).toMatchObject({ attemptNumber: 2 });
  (await rig.runner.begun('a', 2)).fail();
  await untilRetrying(rig, id, 3);
  expect(await rig.scheduler.stopJobExecution('a', id)).toMatchObject({
    status: 'KILLED',
    reason: 'stopped',
  });
  await rig.clock.advance(60_000);
  await settle();
  expect(rig.runner.of('a')).toHaveLength(2);
});

test('what was stopped, or is being stopped, is not retried', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['a', 'goes-on'], [], retried);
  const a = await rig.runner.begun('a');
  const stopping = rig.scheduler.stopJobExecution('a', id);
  await until('the stop to arrive', () => a.stopRequested || null);
  a.fail();
  expect(await stopping).toMatchObject({ status: 'FAILED' });
  expect(await rig.attempts('a', id)).toHaveLength(1);
  const other = await rig.run(['a'], [], retried);
  const again = await rig.runner.begun('a', 2);
  const ending = rig.scheduler.stopWorkflowExecution(other);
  await until('the stop to arrive', () => again.stopRequested || null);
  again.fail();
  expect(await ending).toMatchObject({ status: 'FAILED' });
});

test('an attempt of which nothing is left is retried, and one that may still run is not', async () => {
  const rig = await openRig();
  const id = await rig.run(['a'], [], retried);
  await rig.untilJob('a', id, 'RUNNING');
  const find = rig.runner.find.bind(rig.runner);
  rig.runner.find = async () => null;
  await rig.restart();
  await untilRetrying(rig, id, 2);
  expect(await rig.attempts('a', id)).toMatchObject([{ status: 'FAILED', reason: 'lost' }, {}]);
  rig.runner.find = find;
  await rig.clock.advance(1000);
  (await rig.runner.begun('a', 2)).lose();
  expect(await rig.untilEnded(id)).toBe('FAILED');
  expect(await rig.attempts('a', id)).toHaveLength(2);
});
