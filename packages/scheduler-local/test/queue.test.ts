import { settle } from '@aiflow/testkit';
import { expect, test } from 'vitest';
import { openRig, until } from './harness.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];

test('no more attempts run than the limit allows, and the rest follow in order', async () => {
  const rig = await openRig({ maxRunningJobs: 2 });
  const id = await rig.run(names);
  await settle();
  const begun = (): string[] => rig.runner.attempts.map(({ attempt }) => attempt.job.config.jobName);
  expect(begun()).toEqual(['a', 'b']);
  expect(await rig.attempts('c', id)).toMatchObject([{ status: 'INIT', reason: 'queued', startDate: null }]);
  for (let count = 2; count < names.length; count += 1) {
    rig.runner.attempts[count - 1]?.finish();
    await until('the next to begin', () => begun().length > count || null);
    expect(begun()).toEqual(names.slice(0, count + 1));
  }
  for (const attempt of rig.runner.attempts) attempt.finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
});

test('the limit holds over all executions', async () => {
  const rig = await openRig({ maxRunningJobs: 3 });
  const ids = [await rig.run(['a', 'b']), await rig.run(['a', 'b'])];
  await settle();
  expect(rig.runner.attempts).toHaveLength(3);
  for (let count = 1; count <= 4; count += 1) {
    (await until('it to begin', () => rig.runner.attempts[count - 1] ?? null)).finish();
  }
  for (const id of ids) expect(await rig.untilEnded(id)).toBe('FINISHED');
});

test('a job that is stopped in the queue is KILLED and never begins', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  const id = await rig.run(['a', 'b', 'c']);
  expect(await rig.scheduler.stopJobExecution('b', id)).toMatchObject({
    status: 'KILLED',
    reason: 'stopped',
    startDate: null,
    endDate: '2026-01-01T00:00:00.000Z',
  });
  (await rig.runner.begun('a')).finish();
  (await rig.runner.begun('c')).finish();
  expect(await rig.untilEnded(id)).toBe('KILLED');
  expect(rig.runner.of('b')).toEqual([]);
});

test('a queued job cannot be started twice, and a restart leaves it where it is', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  const id = await rig.run(['a', 'b', 'c']);
  await expect(rig.scheduler.startJobExecution('b', id)).rejects.toMatchObject({
    code: 'scheduler.not_allowed',
  });
  const [queued] = await rig.attempts('b', id);
  expect(await rig.scheduler.restartJobExecution('b', id)).toEqual(queued);
  (await rig.runner.begun('a')).finish();
  await rig.runner.begun('b');
});

test('stopping an execution empties its part of the queue at once', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  const many = Array.from({ length: 300 }, (_, index) => `job_${index}`);
  const id = await rig.run(many);
  const other = await rig.run(['other']);
  expect((await rig.scheduler.stopWorkflowExecution(id))?.status).toBe('KILLED');
  expect(rig.runner.attempts.filter(({ attempt }) => attempt.workflowExecutionId === id)).toHaveLength(1);
  (await rig.runner.begun('other')).finish();
  expect(await rig.untilEnded(other)).toBe('FINISHED');
});

test('the queue keeps its order over a restart of the scheduler', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  await rig.run(names);
  await rig.runner.begun('a');
  await rig.restart();
  for (const [index, name] of names.entries()) {
    (await rig.runner.begun(name)).finish();
    expect(rig.runner.attempts[index]?.attempt.job.config.jobName).toBe(name);
  }
});
