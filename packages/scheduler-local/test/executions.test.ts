import { finished, isName, killed } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import { expect, test } from 'vitest';
import { openRig, until } from './harness.ts';
import { context, job, project, rule, workflowOf } from './workflow.ts';

test('the end date is the time of the end and not of the start, for executions and attempts', async () => {
  const rig = await openRig();
  const id = await rig.run(['a']);
  const attempt = await rig.runner.begun('a');
  await rig.untilJob('a', id, 'RUNNING');
  await rig.clock.advance(90_000);
  attempt.finish();
  await rig.untilEnded(id);
  const dates = { startDate: '2026-01-01T00:00:00.000Z', endDate: '2026-01-01T00:01:30.000Z' };
  expect(await rig.scheduler.getWorkflowExecution(id)).toMatchObject(dates);
  expect(await rig.attempts('a', id)).toMatchObject([dates]);
});

test('ids are file names, sort by time and never repeat', async () => {
  const rig = await openRig();
  const ids: string[] = [];
  for (let count = 0; count < 50; count += 1) {
    ids.push(await rig.run(['a']));
    await rig.clock.advance(7);
  }
  expect(ids.every(isName)).toBe(true);
  expect(ids[0]).toMatch(/^20260101T000000-[0-9a-z]{10}$/);
  expect(ids.toSorted()).toEqual(ids);
  const attempts = await until('all to begin', () =>
    rig.runner.attempts.length === 50 ? rig.runner.attempts : null,
  );
  expect(attempts.every(({ attempt }) => isName(attempt.attemptId))).toBe(true);
  expect(new Set([...ids, ...attempts.map(({ attempt }) => attempt.attemptId)]).size).toBe(100);
});

test('an execution fails when the latest attempt of a job failed, though others were stopped', async () => {
  const rig = await openRig();
  const id = await rig.run(['fails', 'stopped']);
  await rig.runner.begun('stopped');
  await rig.scheduler.stopJobExecution('stopped', id);
  (await rig.runner.begun('fails')).fail();
  expect(await rig.untilEnded(id)).toBe('FAILED');
});

test('an execution is KILLED when the latest attempt of a job was stopped', async () => {
  const rig = await openRig();
  const id = await rig.run(['good', 'stopped']);
  await rig.runner.begun('stopped');
  await rig.scheduler.stopJobExecution('stopped', id);
  (await rig.runner.begun('good')).finish();
  expect(await rig.untilEnded(id)).toBe('KILLED');
});

test('an execution is FINISHED when a job that failed was started again and then finished', async () => {
  const rig = await openRig();
  const id = await rig.run(['a', 'b']);
  await rig.runner.begun('b');
  (await rig.runner.begun('a')).fail();
  await rig.untilJob('a', id, 'FAILED');
  await rig.scheduler.startJobExecution('a', id);
  (await rig.runner.begun('a', 2)).finish();
  (await rig.runner.begun('b')).finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  expect((await rig.attempts('a', id)).map(({ status }) => status)).toEqual(['FAILED', 'FINISHED']);
});

test('an execution that was stopped is KILLED although its last job ended well by itself', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['a']);
  const attempt = await rig.runner.begun('a');
  const stopping = rig.scheduler.stopWorkflowExecution(id);
  await until('the stop to arrive', () => attempt.stopRequested || null);
  expect(await rig.scheduler.getWorkflowExecution(id)).toMatchObject({
    status: 'RUNNING',
    reason: 'stopping',
  });
  attempt.finish();
  expect(await stopping).toMatchObject({ status: 'KILLED', reason: 'stopped' });
  expect(await rig.attempts('a', id)).toMatchObject([{ status: 'FINISHED', reason: null }]);
});

test('an execution without a job that can start ends at once', async () => {
  const rig = await openRig();
  const id = await rig.run(
    ['a', 'b'],
    [rule('a', 'START', finished(job('b'))), rule('b', 'START', finished(job('a')))],
  );
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  expect(await rig.scheduler.listJobExecutions(id)).toEqual([]);
});

test('while an execution is being stopped no rule acts and no job can be started', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const rules = [rule('after', 'START', killed(job('a'))), rule('again', 'RESTART', killed(job('a')))];
  const id = await rig.run(['a', 'b', 'after', 'again'], rules);
  const [a, b] = [await rig.runner.begun('a'), await rig.runner.begun('b')];
  const again = await rig.runner.begun('again');
  const stopping = rig.scheduler.stopWorkflowExecution(id);
  await until('the stop to arrive', () => a.stopRequested || null);
  a.confirmStop();
  await rig.untilJob('a', id, 'KILLED');
  await expect(rig.scheduler.startJobExecution('a', id)).rejects.toMatchObject({
    code: 'scheduler.not_allowed',
  });
  await expect(rig.scheduler.restartJobExecution('b', id)).rejects.toMatchObject({
    code: 'scheduler.not_allowed',
  });
  b.confirmStop();
  again.confirmStop();
  expect((await stopping)?.status).toBe('KILLED');
  expect(rig.runner.attempts.map(({ attempt }) => attempt.job.config.jobName)).toEqual(['a', 'b', 'again']);
});

test('nothing of a workflow starts while its deletion waits for what runs', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  await rig.run(['a']);
  const attempt = await rig.runner.begun('a');
  const deleting = rig.scheduler.deleteWorkflow(project, 'workflow');
  await until('the stop to arrive', () => attempt.stopRequested || null);
  expect(await rig.scheduler.startNewWorkflowExecution(project, 'workflow')).toBeNull();
  await rig.scheduler.submitWorkflow(workflowOf('workflow', ['new']), context);
  attempt.confirmStop();
  expect(await deleting).toMatchObject({ workflowName: 'workflow' });
  expect(await rig.scheduler.startNewWorkflowExecution(project, 'workflow')).not.toBeNull();
  await rig.runner.begun('new');
});

test('a failed stop is told to who waits for it, and can be asked for again', async () => {
  const rig = await openRig();
  let refuse = true;
  const start = rig.runner.start.bind(rig.runner);
  rig.runner.start = (attempt) => {
    const run = start(attempt);
    return { ...run, stop: () => (refuse ? Promise.reject(new Error('no signal reached it')) : run.stop()) };
  };
  const id = await rig.run(['a']);
  await rig.untilJob('a', id, 'RUNNING');
  const failure = {
    code: 'scheduler.stop_failed',
    message: expect.stringContaining('no signal reached it') as unknown,
  };
  await expect(rig.scheduler.stopJobExecution('a', id)).rejects.toMatchObject(failure);
  await expect(rig.scheduler.stopWorkflowExecution(id)).rejects.toMatchObject(failure);
  expect(await rig.attempts('a', id)).toMatchObject([{ status: 'RUNNING', reason: 'stopping' }]);
  refuse = false;
  expect((await rig.scheduler.stopWorkflowExecution(id))?.status).toBe('KILLED');
});

test('an attempt whose end cannot be known is FAILED as lost', async () => {
  const rig = await openRig();
  const id = await rig.run(['a', 'never'], [rule('never', 'START', finished(job('a')))]);
  (await rig.runner.begun('a')).lose();
  expect(await rig.untilEnded(id)).toBe('FAILED');
  expect(await rig.attempts('a', id)).toMatchObject([
    { status: 'FAILED', reason: 'lost', error: { code: 'scheduler.attempt_lost' } },
  ]);
});

test('a runner that throws and a result that is not JSON fail the attempt and nothing else', async () => {
  const rig = await openRig();
  const start = rig.runner.start.bind(rig.runner);
  rig.runner.start = (attempt) => {
    if (attempt.job.config.jobName === 'throws') throw new Error('no room');
    return start(attempt);
  };
  const id = await rig.run(['throws', 'odd', 'good']);
  (await rig.runner.begun('odd')).finish({ node: BigInt(1) as never });
  (await rig.runner.begun('good')).finish({ node: 1 });
  expect(await rig.untilEnded(id)).toBe('FAILED');
  expect(await rig.attempts('throws', id)).toMatchObject([{ status: 'FAILED', reason: 'lost' }]);
  expect(await rig.attempts('odd', id)).toMatchObject([{ error: { code: 'scheduler.invalid_result' } }]);
  expect(await rig.attempts('good', id)).toMatchObject([{ status: 'FINISHED', values: { node: 1 } }]);
});

test.each([
  ['undefined', undefined],
  ['a text', 'FINISHED'],
  ['a result without values', { status: 'FINISHED', error: null }],
  ['a result without an error', { status: 'FAILED', values: {} }],
  ['an error without a code', { status: 'FAILED', values: {}, error: { message: 'm', context: {} } }],
  ['a status that is none', { status: 'DONE', values: {}, error: null }],
  ['a status that is no end', { status: 'RUNNING', values: {}, error: null }],
  [
    'a result that cannot be read',
    {
      get status() {
        throw new Error('unreadable');
      },
    },
  ],
])('a plugin that gives %s fails its own job, and the scheduler goes on', async (_, result) => {
  const rig = await openRig();
  const start = rig.runner.start.bind(rig.runner);
  rig.runner.start = (attempt) => {
    const run = start(attempt);
    return attempt.job.config.jobName === 'odd' ? { ...run, result: Promise.resolve(result as never) } : run;
  };
  const id = await rig.run(['odd', 'good']);
  expect(await rig.untilJob('odd', id, 'FAILED')).toMatchObject({
    reason: null,
    error: { code: 'scheduler.invalid_result' },
  });
  (await rig.runner.begun('good')).finish();
  expect(await rig.untilEnded(id)).toBe('FAILED');
});

test('an end that breaks the writing of it is told of as unrecordable, and others are recorded', async () => {
  const rig = await openRig();
  const id = await rig.run(['odd', 'good']);
  // It is plain when it is looked at, and no more when it is written.
  let asked = 0;
  const values = Object.defineProperty({}, 'node', {
    enumerable: true,
    get: () => ((asked += 1) > 1 ? BigInt(1) : 1),
  });
  (await rig.runner.begun('odd')).finish(values);
  expect(await rig.untilJob('odd', id, 'FAILED')).toMatchObject({
    error: { code: 'scheduler.unrecordable' },
  });
  (await rig.runner.begun('good')).finish();
  expect(await rig.untilEnded(id)).toBe('FAILED');
});

test('times are whole milliseconds, also where the clock is finer', async () => {
  const { scheduler, clock } = await openRig();
  clock.setNow(1000.7);
  const [published] = await scheduler.events.publish([{ key: 'k', value: 'v' }]);
  expect(published?.createTime).toBe(1000);
  expect(await scheduler.events.list({ key: 'k' })).toEqual([published]);
});

test('names with dots are not mixed up: "b.c" of "a" is not "c" of "a.b"', async () => {
  const { scheduler } = await openRig();
  await scheduler.submitWorkflow(workflowOf('b.c', ['x']), { ...context, projectName: 'a' });
  await scheduler.submitWorkflow(workflowOf('c', ['x']), { ...context, projectName: 'a.b' });
  const first = await scheduler.startNewWorkflowExecution('a', 'b.c');
  const second = await scheduler.startNewWorkflowExecution('a.b', 'c');
  const stopped = await scheduler.stopAllWorkflowExecution('a', 'b.c');
  expect(stopped.map((each) => each.workflowExecutionId)).toEqual([first?.workflowExecutionId]);
  expect(await scheduler.getWorkflowExecution(second?.workflowExecutionId ?? '')).toMatchObject({
    status: 'RUNNING',
  });
});

test('an attempt that ends before it was submitted goes from INIT to its end', async () => {
  const rig = await openRig();
  const start = rig.runner.start.bind(rig.runner);
  rig.runner.start = (attempt) => ({
    ...start(attempt),
    submitted: Promise.reject(new Error('no such program')),
  });
  const id = await rig.run(['a']);
  (await rig.runner.begun('a')).fail('no such program');
  await rig.untilEnded(id);
  const events = await rig.scheduler.events.list({ key: 'a' });
  expect(events.map(({ value }) => value)).toEqual(['INIT', 'FAILED']);
  expect(await rig.attempts('a', id)).toMatchObject([{ error: { message: 'no such program' } }]);
});

test('what is asked wrongly is refused with a code', async () => {
  const { scheduler } = await openRig();
  const invalid = { code: 'scheduler.invalid_request' };
  await expect(scheduler.listWorkflowExecutions(project, 'w', { limit: 0 })).rejects.toMatchObject(invalid);
  await expect(scheduler.listWorkflowExecutions(project, 'w', { cursor: 'unknown' })).rejects.toMatchObject(
    invalid,
  );
  const parameters = { now: new Date() } as never;
  await expect(scheduler.startNewWorkflowExecution(project, 'w', { parameters })).rejects.toMatchObject(
    invalid,
  );
});

test.each([
  ['a newer format', { ...workflowOf('w', ['a']), format: 2 }, 'workflow.newer'],
  ['no jobs at all', { ...workflowOf('w', ['a']), jobs: undefined }, 'workflow.invalid'],
  ['a job that is null', { ...workflowOf('w', ['a']), jobs: [null] }, 'workflow.invalid'],
  ['a rule that is null', { ...workflowOf('w', ['a']), rules: [null] }, 'workflow.invalid'],
  ['a job twice', workflowOf('w', ['a', 'a']), 'workflow.invalid'],
  ['a name that leaves its directory', workflowOf('..', ['a']), 'name.invalid'],
  [
    'a rule about an unknown job',
    workflowOf('w', ['a'], [rule('a', 'START', finished(job('b')))]),
    'workflow.invalid',
  ],
  [
    'a rule for an unknown job',
    workflowOf('w', ['a'], [rule('b', 'START', finished(job('a')))]),
    'workflow.invalid',
  ],
  [
    'a condition of an unknown kind',
    workflowOf('w', ['a'], [rule('a', 'START', { kind: 'moon' } as never)]),
    'workflow.invalid',
  ],
  [
    'an empty condition',
    workflowOf('w', ['a'], [rule('a', 'START', { kind: 'all', of: [] })]),
    'workflow.invalid',
  ],
  [
    'an unknown action',
    workflowOf('w', ['a'], [rule('a', 'JUMP' as never, finished(job('a')))]),
    'workflow.invalid',
  ],
  [
    'values that pass between jobs',
    workflowOf('w', ['a'], [], { jobs: { a: { outputs: [{ name: 'rows', type: 'file' }] } } }),
    'scheduler.unsupported',
  ],
])('a workflow with %s is refused, and nothing is kept of it', async (_, workflow, code) => {
  const { scheduler } = await openRig();
  await expect(scheduler.submitWorkflow(workflow as never, context)).rejects.toMatchObject({ code });
  expect(await scheduler.startNewWorkflowExecution(project, workflow.workflowName)).toBeNull();
});

test.each([
  [{ context: 5 }, 'context must be a string to start an execution with, not 5'],
  [{ context: { region: 'eu' } }, 'context must be a string to start an execution with, not {"region":"eu"}'],
  [{ context: 'a\0b' }, 'context must not hold the character NUL, which no job can be told'],
  [{ idempotencyKey: 7 }, 'idempotencyKey must be a string to start an execution with, not 7'],
  [{ parameters: ['a'] }, 'parameters must be an object to start an execution with, not ["a"]'],
])('an execution that plain JavaScript starts with %j is refused', async (options, message) => {
  const { scheduler } = await openRig();
  await scheduler.submitWorkflow(workflowOf('workflow', ['a']), context);
  const refused = scheduler.startNewWorkflowExecution(project, 'workflow', options as never);
  await expect(refused).rejects.toMatchObject({ code: 'scheduler.invalid_request', message });
  expect(await scheduler.listWorkflowExecutions(project, 'workflow')).toEqual([]);
});

test('nothing is begun before the call that starts it has been made durable', async () => {
  const rig = await openRig();
  await rig.scheduler.submitWorkflow(workflowOf('workflow', ['a']), context);
  const starting = rig.scheduler.startNewWorkflowExecution(project, 'workflow');
  await Promise.resolve();
  expect(rig.runner.attempts).toEqual([]);
  await starting;
  await settle();
  expect(rig.runner.attempts).toHaveLength(1);
});
