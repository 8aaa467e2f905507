import { AIFlowError, finished } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Rig } from './harness.ts';
import { openRig, until } from './harness.ts';
import { context, job, project, rule, workflowOf } from './workflow.ts';

test('an attempt that is found is followed to its end, and not started again', async () => {
  const rig = await openRig();
  const id = await rig.run(['a', 'b'], [rule('b', 'START', finished(job('a')))]);
  const a = await rig.runner.begun('a');
  await rig.untilJob('a', id, 'RUNNING');
  await rig.restart();
  await settle();
  a.finish({ node: 1 });
  (await rig.runner.begun('b')).finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  expect(rig.runner.attempts).toHaveLength(2);
  expect(await rig.attempts('a', id)).toMatchObject([{ values: { node: 1 } }]);
});

test('an attempt that ended while no scheduler was there ends as it did', async () => {
  const rig = await openRig();
  const id = await rig.run(['a']);
  const a = await rig.runner.begun('a');
  await rig.untilJob('a', id, 'RUNNING');
  await rig.scheduler.close();
  a.fail('meanwhile');
  await rig.restart();
  expect(await rig.untilEnded(id)).toBe('FAILED');
  expect(await rig.attempts('a', id)).toMatchObject([{ error: { message: 'meanwhile' } }]);
});

test('an attempt that was committed and never began is started, under the same id', async () => {
  const rig = await openRig();
  await rig.scheduler.submitWorkflow(workflowOf('workflow', ['a']), context);
  const starting = rig.scheduler.startNewWorkflowExecution(project, 'workflow');
  await rig.scheduler.close(); // commits it, and carries nothing out any more
  const id = (await starting)?.workflowExecutionId ?? '';
  expect(rig.runner.attempts).toEqual([]);
  await rig.restart();
  const a = await rig.runner.begun('a');
  expect(await rig.attempts('a', id)).toMatchObject([
    { jobExecutionId: a.attempt.attemptId, attemptNumber: 1 },
  ]);
  a.finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
});

test('an attempt that ran and of which nothing is found is FAILED as lost, and is not started again', async () => {
  const rig = await openRig();
  const id = await rig.run(['a']);
  await rig.untilJob('a', id, 'RUNNING');
  rig.runner.find = async () => null;
  await rig.restart();
  expect(await rig.untilEnded(id)).toBe('FAILED');
  expect(await rig.attempts('a', id)).toMatchObject([
    { status: 'FAILED', reason: 'lost', endDate: '2026-01-01T00:00:00.000Z' },
  ]);
  expect(rig.runner.attempts).toHaveLength(1);
});

test('a stop that was committed is carried out by the next scheduler', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['runs', 'gone']);
  const runs = await rig.runner.begun('runs');
  await rig.untilJob('gone', id, 'RUNNING');
  const stopping = rig.scheduler.stopWorkflowExecution(id);
  await until('the stop to arrive', () => runs.stopRequested || null);
  await rig.scheduler.close();
  await expect(stopping).rejects.toMatchObject({ code: 'scheduler.closed' });
  const find = rig.runner.find.bind(rig.runner);
  rig.runner.find = async (attempt) => (attempt.job.config.jobName === 'gone' ? null : find(attempt));
  rig.runner.holdStops(false);
  await rig.restart();
  expect(await rig.untilEnded(id)).toBe('KILLED');
  expect(await rig.attempts('gone', id)).toMatchObject([{ status: 'KILLED', reason: 'stopped' }]);
});

test('a restart that waits for its stop survives the scheduler', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['a']);
  const a = await rig.runner.begun('a');
  const restarting = rig.scheduler.restartJobExecution('a', id);
  await until('the stop to arrive', () => a.stopRequested || null);
  await rig.scheduler.close();
  await expect(restarting).rejects.toMatchObject({ code: 'scheduler.closed' });
  rig.runner.holdStops(false);
  await rig.restart();
  (await rig.runner.begun('a', 2)).finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  expect((await rig.attempts('a', id)).map(({ status }) => status)).toEqual(['KILLED', 'FINISHED']);
});

test('a job that is stopped while it is looked for is stopped when it is found', async () => {
  const rig = await openRig();
  const id = await rig.run(['a']);
  await rig.untilJob('a', id, 'RUNNING');
  const find = rig.runner.find.bind(rig.runner);
  const mayFind = Promise.withResolvers<void>();
  rig.runner.find = async (attempt) => {
    await mayFind.promise;
    return find(attempt);
  };
  await rig.restart();
  const stopping = rig.scheduler.stopJobExecution('a', id);
  await settle();
  mayFind.resolve();
  expect((await stopping)?.status).toBe('KILLED');
});

test('when it cannot be found out whether an attempt runs, that is said and asked again', async () => {
  const rig = await openRig();
  const id = await rig.run(['a']);
  await rig.untilJob('a', id, 'RUNNING');
  const find = rig.runner.find.bind(rig.runner);
  let asked = 0;
  rig.runner.find = async (attempt) => {
    asked += 1;
    if (asked < 3) throw new Error('no answer');
    return find(attempt);
  };
  await rig.restart();
  await until('the third question', async () => {
    await rig.clock.advance(1000);
    return asked === 3 || null;
  });
  rig.runner.attempts[0]?.finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  expect(rig.host.logger.records.filter(({ message }) => message.includes('no answer'))).toHaveLength(2);
});

test('closing while attempts are looked for ends the looking', async () => {
  const rig = await openRig();
  const id = await rig.run(['a']);
  await rig.untilJob('a', id, 'RUNNING');
  rig.runner.find = () => Promise.reject(new Error('no answer'));
  await rig.restart();
  await until('it to wait', () => rig.clock.sleeping || null);
  await rig.scheduler.close();
  expect(await until('nothing to wait', () => (rig.clock.sleeping === 0 ? true : null))).toBe(true);
});

test.each([
  'blob.not_found',
  'blob.invalid_uri',
  'job.lost',
  'plugin.not_installed',
  'plugin.not_registered',
])('an attempt that can never be looked for any more (%s) is lost, and its execution ends', async (code) => {
  const rig = await openRig();
  const id = await rig.run(['a']);
  await rig.untilJob('a', id, 'RUNNING');
  rig.runner.find = () => Promise.reject(new AIFlowError(code, 'it is gone'));
  await rig.restart();
  expect(await rig.untilEnded(id)).toBe('FAILED');
  expect(await rig.attempts('a', id)).toMatchObject([
    { reason: 'lost', error: { message: expect.stringContaining('it is gone') as unknown } },
  ]);
});

test('a stop of an attempt that cannot be looked for now is refused with the reason, and carried out later', async () => {
  const rig = await openRig();
  const id = await rig.run(['a']);
  await rig.untilJob('a', id, 'RUNNING');
  const find = rig.runner.find.bind(rig.runner);
  const asked = Promise.withResolvers<void>();
  rig.runner.find = async () => {
    await asked.promise;
    throw new Error('the store does not answer');
  };
  await rig.restart();
  const failure = {
    code: 'scheduler.stop_failed',
    message: expect.stringContaining('the store does not answer') as unknown,
  };
  const early = rig.scheduler.stopJobExecution('a', id); // while it is asked for
  await settle();
  asked.resolve();
  await expect(early).rejects.toMatchObject(failure);
  await until('a wait', () => rig.clock.sleeping || null);
  await expect(rig.scheduler.stopWorkflowExecution(id)).rejects.toMatchObject(failure); // between two questions
  expect(await rig.attempts('a', id)).toMatchObject([{ status: 'RUNNING', reason: 'stopping' }]);
  rig.runner.find = find;
  await rig.clock.advance(60_000);
  expect(await rig.untilEnded(id)).toBe('KILLED');
});

test('closing lets go of what runs, of what is looked for and of what is found then', async () => {
  const rig = await openRig();
  const id = await rig.run(['a']);
  const a = await rig.runner.begun('a');
  await rig.untilJob('a', id, 'RUNNING');
  await rig.scheduler.close();
  expect(a.detached).toBe(true);
  const find = rig.runner.find.bind(rig.runner);
  const mayFind = Promise.withResolvers<void>();
  let signal: AbortSignal | undefined;
  rig.runner.find = async (attempt, options) => {
    signal = options?.signal;
    await mayFind.promise;
    return find(attempt);
  };
  await rig.restart();
  await rig.scheduler.close();
  expect(signal?.aborted).toBe(true);
  mayFind.resolve();
  await settle();
  expect([a.detached, a.stopRequested]).toEqual([true, false]);
});

test('who waited for a place waits again after a restart, and begins once', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  const id = await rig.run(['a', 'b', 'c']);
  const a = await rig.runner.begun('a');
  await settle();
  await rig.restart();
  await settle();
  expect(rig.runner.attempts).toHaveLength(1);
  a.finish();
  for (const name of ['b', 'c']) (await rig.runner.begun(name)).finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  expect(rig.runner.attempts).toHaveLength(3);
});

test('one that began while the machine failed, which is nowhere written down, is found and followed', async () => {
  const { rig, id, found } = await restartWithoutBeginning();
  found();
  await settle();
  expect(jobsBegun(rig)).toEqual(['a', 'b']);
  rig.runner.attempts[1]?.finish();
  (await rig.runner.begun('c')).finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  expect(jobsBegun(rig)).toEqual(['a', 'b', 'c']);
});

test('one that began while the machine failed can be stopped while it is looked for', async () => {
  const { rig, id, found } = await restartWithoutBeginning();
  const stopping = rig.scheduler.stopJobExecution('b', id);
  await settle();
  found();
  expect(await stopping).toMatchObject({ status: 'KILLED', reason: 'stopped' });
  (await rig.runner.begun('c')).finish();
  expect(await rig.untilEnded(id)).toBe('KILLED');
  expect(jobsBegun(rig)).toEqual(['a', 'b', 'c']);
});

test('one that began while the machine failed is restarted like one that runs', async () => {
  const { rig, id, found } = await restartWithoutBeginning();
  const restarting = rig.scheduler.restartJobExecution('b', id);
  await settle();
  found();
  expect(await restarting).toMatchObject({ attemptNumber: 2 });
  expect(await rig.attempts('b', id)).toMatchObject([{ status: 'KILLED' }, {}]);
  (await rig.runner.begun('c')).finish();
  (await rig.runner.begun('b', 2)).finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
});

/** Runs a, b and c one after the other, and restarts while b runs as if that had not become durable; `found` ends the search. */
async function restartWithoutBeginning(): Promise<{
  readonly rig: Rig;
  readonly id: string;
  readonly found: () => void;
}> {
  const rig = await openRig({ maxRunningJobs: 1 });
  const id = await rig.run(['a', 'b', 'c']);
  (await rig.runner.begun('a')).finish();
  await rig.untilJob('b', id, 'RUNNING');
  await rig.scheduler.close();
  const database = new Database(rig.file);
  database.exec(
    "UPDATE attempts SET begun_at = NULL, status = 'INIT', reason = 'queued' WHERE job_name = 'b'",
  );
  database.close();
  const search = Promise.withResolvers<void>();
  const find = rig.runner.find.bind(rig.runner);
  rig.runner.find = async (attempt) => {
    await search.promise;
    return find(attempt);
  };
  await rig.restart();
  await settle();
  expect(jobsBegun(rig)).toEqual(['a', 'b']); // nobody begins while it is not known who runs
  return { rig, id, found: search.resolve };
}

function jobsBegun({ runner }: Rig): string[] {
  return runner.attempts.map(({ attempt }) => attempt.job.config.jobName);
}
