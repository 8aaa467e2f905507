import { all, any, failed, finished, killed, running } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import { expect, test } from 'vitest';
import { openRig, until } from './harness.ts';
import { job, rule } from './workflow.ts';

test('of several rules for one job that one change satisfies all are used up, and the first says what is done', async () => {
  const rig = await openRig();
  const id = await rig.run(
    ['a', 'b', 'target', 'goes-on'],
    [
      rule('target', 'STOP', finished(job('a'))),
      rule('target', 'RESTART', all(finished(job('b')), finished(job('a')))),
    ],
  );
  const target = await rig.runner.begun('target');
  (await rig.runner.begun('b')).finish();
  await rig.untilJob('b', id, 'FINISHED');
  (await rig.runner.begun('a')).finish();
  await rig.untilJob('target', id, 'KILLED');
  expect(target.stopRequested).toBe(true);
  // The second rule was satisfied too and must start from nothing: b alone, or a alone, is not enough again.
  await rig.scheduler.startJobExecution('b', id);
  (await rig.runner.begun('b', 2)).finish();
  await rig.untilJob('b', id, 'FINISHED');
  await settle();
  expect(rig.runner.of('target')).toHaveLength(1);
  await rig.scheduler.startJobExecution('a', id);
  (await rig.runner.begun('a', 2)).finish();
  await rig.untilJob('a', id, 'FINISHED');
  await settle();
  expect(rig.runner.of('target')).toHaveLength(1); // STOP comes first again, and there is nothing to stop
});

test('a RESTART rule starts a job that never ran, and a START rule one that has ended', async () => {
  const rig = await openRig();
  await rig.run(
    ['a', 'b', 'c', 'goes-on'],
    [
      rule('b', 'START', failed(job('a'))),
      rule('b', 'RESTART', finished(job('a'))),
      rule('c', 'START', running(job('b'))),
      rule('c', 'START', finished(job('b'))),
    ],
  );
  (await rig.runner.begun('a')).finish();
  const b = await rig.runner.begun('b');
  (await rig.runner.begun('c')).finish();
  await settle();
  b.finish();
  expect((await rig.runner.begun('c', 2)).attempt.attemptNumber).toBe(2);
});

test('a job that is being stopped by a STOP is not restarted by a rule', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(
    ['a', 'b', 'long'],
    [rule('long', 'STOP', finished(job('a'))), rule('long', 'RESTART', finished(job('b')))],
  );
  const long = await rig.runner.begun('long');
  (await rig.runner.begun('a')).finish();
  await until('the stop to arrive', () => long.stopRequested || null);
  (await rig.runner.begun('b')).finish();
  await rig.untilJob('b', id, 'FINISHED');
  long.confirmStop();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  expect(rig.runner.of('long')).toHaveLength(1);
});

test('a stop by hand takes back a restart that waits for its stop', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['a', 'goes-on']);
  const a = await rig.runner.begun('a');
  const restarting = rig.scheduler.restartJobExecution('a', id);
  await until('the stop to arrive', () => a.stopRequested || null);
  const stopping = rig.scheduler.stopJobExecution('a', id);
  await settle();
  a.confirmStop();
  await expect(restarting).rejects.toMatchObject({ code: 'scheduler.not_allowed' });
  expect(await stopping).toMatchObject({ status: 'KILLED', reason: 'stopped' });
  expect(rig.runner.of('a')).toHaveLength(1);
});

test('a job whose end is lost while it is stopped ends so, and is not started again by itself', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['a', 'b', 'goes-on']);
  const [a, b] = [await rig.runner.begun('a'), await rig.runner.begun('b')];
  const restarting = rig.scheduler.restartJobExecution('a', id);
  const stopping = rig.scheduler.stopJobExecution('b', id);
  await until('the stops to arrive', () => (a.stopRequested && b.stopRequested) || null);
  a.lose();
  b.lose();
  await expect(restarting).rejects.toMatchObject({ code: 'scheduler.not_allowed' });
  expect(await stopping).toMatchObject({ status: 'FAILED', reason: 'lost' });
  await settle();
  expect(rig.runner.attempts).toHaveLength(3);
});

test('the newest status counts: a job that runs again no longer counts as finished', async () => {
  const rig = await openRig();
  const id = await rig.run(
    ['a', 'b', 'both'],
    [rule('both', 'START', all(finished(job('a')), finished(job('b'))))],
  );
  (await rig.runner.begun('a')).finish();
  await rig.untilJob('a', id, 'FINISHED');
  await rig.scheduler.startJobExecution('a', id);
  const again = await rig.runner.begun('a', 2);
  (await rig.runner.begun('b')).finish();
  await rig.untilJob('b', id, 'FINISHED');
  await settle();
  expect(rig.runner.of('both')).toEqual([]);
  again.finish();
  await rig.runner.begun('both');
});

test('what a rule has seen is remembered over a restart of the scheduler', async () => {
  const rig = await openRig();
  const rules = [rule('both', 'START', all(finished(job('a')), any(finished(job('b')), failed(job('b')))))];
  const id = await rig.run(['a', 'b', 'both'], rules);
  (await rig.runner.begun('a')).finish();
  await rig.untilJob('a', id, 'FINISHED');
  await rig.restart();
  (await rig.runner.begun('b')).fail();
  expect((await rig.runner.begun('both')).attempt.attemptNumber).toBe(1);
});

test('what a rule has used up stays used up over a restart of the scheduler', async () => {
  const rig = await openRig();
  const id = await rig.run(
    ['a', 'b', 'both', 'goes-on'],
    [rule('both', 'START', all(finished(job('a')), finished(job('b'))))],
  );
  (await rig.runner.begun('a')).finish();
  await rig.untilJob('a', id, 'FINISHED');
  (await rig.runner.begun('b')).finish();
  (await rig.runner.begun('both')).finish();
  await rig.untilJob('both', id, 'FINISHED');
  await rig.restart();
  await rig.scheduler.startJobExecution('b', id);
  (await rig.runner.begun('b', 2)).finish();
  await rig.untilJob('b', id, 'FINISHED');
  await settle();
  expect(rig.runner.of('both')).toHaveLength(1);
});

test('what waits for a job that failed does not start, unless its rule says so', async () => {
  const rig = await openRig();
  const id = await rig.run(
    ['a', 'after', 'clean'],
    [
      rule('after', 'START', finished(job('a'))),
      rule('clean', 'START', any(finished(job('a')), failed(job('a')))),
    ],
  );
  (await rig.runner.begun('a')).fail();
  (await rig.runner.begun('clean')).finish();
  expect(await rig.untilEnded(id)).toBe('FAILED');
  expect(await rig.attempts('after', id)).toEqual([]);
});

test('rules that start and stop each other for ever can be stopped', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  const rules = ['a', 'b'].flatMap((name) => [
    rule(name, 'STOP', killed(job(name === 'a' ? 'b' : 'a'))),
    rule(name, 'START', killed(job(name))),
  ]);
  // The rules keep a and b from starting with the execution; "first" holds the only place, so that both only queue.
  const id = await rig.run(['first', 'a', 'b'], rules);
  await rig.runner.begun('first');
  await rig.scheduler.startJobExecution('a', id);
  await rig.scheduler.startJobExecution('b', id);
  await rig.scheduler.stopJobExecution('a', id);
  await until('it to go round', async () => (await rig.attempts('a', id)).length > 20 || null);
  expect((await rig.scheduler.stopWorkflowExecution(id))?.status).toBe('KILLED');
});

test.each(['START', 'RESTART'] as const)(
  'no %s rule begins a job anew whose last attempt was lost, also after a restart; a person can',
  async (action) => {
    const rig = await openRig();
    const id = await rig.run(
      ['a', 'b', 'goes-on'],
      [rule('a', action, failed(job('a'))), rule('a', action, finished(job('b')))].concat(
        action === 'START' ? [rule('a', 'START', running(job('goes-on')))] : [],
      ),
    );
    (await rig.runner.begun('a')).lose();
    await rig.untilJob('a', id, 'FAILED');
    await rig.restart();
    (await rig.runner.begun('b')).finish();
    await rig.untilJob('b', id, 'FINISHED');
    await settle();
    expect(rig.runner.of('a')).toHaveLength(1);
    await rig.scheduler.startJobExecution('a', id);
    (await rig.runner.begun('a', 2)).fail();
    await rig.runner.begun('a', 3); // one that failed and was not lost is begun anew
  },
);
