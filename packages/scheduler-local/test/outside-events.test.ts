import type { Workflow } from '@aiflow/core';
import {
  all,
  datasetEventType,
  event,
  finished,
  RuleBook,
  statusEventTypes,
  workflowStatus,
} from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openRig, until } from './harness.ts';
import { job, rule } from './workflow.ts';

const onNews = rule('b', 'START', event({ key: 'news' }));

test('an event starts what waits for it, and is committed with what it does', async () => {
  const rig = await openRig();
  const id = await rig.run(['a', 'b'], [onNews]);
  (await rig.runner.begun('a')).finish();
  await rig.untilJob('a', id, 'FINISHED');
  const [published] = await rig.scheduler.events.publish([{ key: 'news', value: '1' }]);
  expect(await rig.attempts('b', id)).toMatchObject([{ attemptNumber: 1 }]); // already when it is acknowledged
  const [init] = await rig.scheduler.events.list({ key: 'b' });
  expect(init?.version).toBe((published?.version ?? 0) + 1);
  (await rig.runner.begun('b')).finish();
});

test('an event goes to the executions of its context, and one without a context to all', async () => {
  const rig = await openRig();
  const ids = {
    north: await rig.run(['a', 'b'], [onNews], { context: 'north' }),
    south: await rig.run(['a', 'b'], [onNews], { context: 'south' }),
    none: await rig.run(['a', 'b'], [onNews]),
    other: await rig.run(['a', 'b'], [onNews], { name: 'other', context: 'south' }),
  };
  const begun = async (): Promise<string[]> => {
    const names: string[] = [];
    for (const [name, id] of Object.entries(ids)) {
      for (const attempt of await rig.attempts('b', id)) names.push(`${name} ${attempt.attemptNumber}`);
    }
    return names;
  };
  await rig.scheduler.events.publish([{ key: 'news', value: '1', context: 'south' }]);
  expect(await begun()).toEqual(['south 1', 'other 1']);
  await rig.scheduler.events.publish([{ key: 'news', value: '2' }]);
  expect(await begun()).toEqual(['north 1', 'south 1', 'none 1', 'other 1']);
});

test('an event that is published again does nothing again', async () => {
  const rig = await openRig();
  const id = await rig.run(['b'], [rule('b', 'START', event({ key: 'news', life: 'REPEATED' }))]);
  const news = { key: 'news', value: '1', sender: 's', sequence: 1 };
  await rig.scheduler.events.publish([news]);
  (await rig.runner.begun('b')).finish();
  await rig.untilJob('b', id, 'FINISHED');
  await rig.scheduler.events.publish([news]);
  expect(await rig.attempts('b', id)).toHaveLength(1);
  await rig.scheduler.events.publish([{ ...news, sequence: 2 }]);
  expect(await rig.attempts('b', id)).toHaveLength(2);
});

test('nobody starts a job by publishing the status of another', async () => {
  const rig = await openRig();
  const id = await rig.run(['a', 'b'], [rule('b', 'START', finished(job('a')))]);
  const forged = { key: 'a', value: 'FINISHED', eventType: statusEventTypes.job, sender: id };
  await rig.scheduler.events.publish([forged]);
  await settle();
  expect(rig.runner.of('b')).toEqual([]);
  expect(await rig.scheduler.events.count({ key: 'a', sender: id })).toBe(3); // it is kept all the same
});

test('changes of jobs are told to their own execution only', async () => {
  const rig = await openRig();
  const rules = [rule('b', 'START', finished(job('a')))];
  const ids = [await rig.run(['a', 'b'], rules), await rig.run(['a', 'b'], rules)] as const;
  (await rig.runner.begun('a')).finish();
  await rig.runner.begun('b');
  await settle();
  expect(await rig.attempts('b', ids[1])).toEqual([]);
});

test('what an event met is remembered over a restart of the scheduler, and used up by firing', async () => {
  const rig = await openRig();
  const both = rule('b', 'START', all(event({ key: 'x' }), event({ key: 'y', life: 'REPEATED' })));
  const id = await rig.run(['a', 'b'], [both]);
  await rig.scheduler.events.publish([{ key: 'y', value: '' }]);
  await rig.restart();
  await rig.scheduler.events.publish([{ key: 'x', value: '' }]);
  (await rig.runner.begun('b')).finish();
  await rig.untilJob('b', id, 'FINISHED');
  await rig.restart();
  await rig.scheduler.events.publish([{ key: 'y', value: '' }]);
  await settle();
  expect(await rig.attempts('b', id)).toHaveLength(1); // x was used up, y was not
  await rig.scheduler.events.publish([{ key: 'x', value: '' }]);
  expect(await rig.attempts('b', id)).toHaveLength(2);
});

test('an execution that waits for events goes on until it is stopped', async () => {
  const rig = await openRig();
  const id = await rig.run(['a', 'b'], [onNews]);
  (await rig.runner.begun('a')).finish();
  await rig.untilJob('a', id, 'FINISHED');
  await rig.restart();
  expect(await rig.scheduler.getWorkflowExecution(id)).toMatchObject({ status: 'RUNNING' });
  expect(await rig.scheduler.stopWorkflowExecution(id)).toMatchObject({
    status: 'KILLED',
    reason: 'stopped',
  });
  await rig.scheduler.events.publish([{ key: 'news', value: 'late' }]);
  expect(await rig.attempts('b', id)).toEqual([]);
});

test('a job that finished says so of each dataset that it writes, and one that failed does not', async () => {
  const rig = await openRig();
  const rows = { name: 'rows', uri: 's3://${BUCKET}/rows', format: null, schema: null, properties: {} };
  const jobs = { a: { outputDatasets: [rows, { ...rows, name: 'more', uri: 'more.csv' }] } };
  const waits = rule('b', 'START', event({ key: 'rows', eventType: datasetEventType }));
  const reader = await rig.run(['b'], [waits], { name: 'reader', context: 'another' });
  const id = await rig.run(['a'], [], { jobs });
  (await rig.runner.begun('a')).fail();
  expect(await rig.untilEnded(id)).toBe('FAILED');
  expect(await rig.scheduler.events.count({ eventType: datasetEventType })).toBe(0);
  const again = await rig.run(['a'], [], { jobs });
  (await rig.runner.begun('a', 2)).finish();
  await rig.runner.begun('b');
  expect(await rig.scheduler.events.list({ eventType: datasetEventType })).toMatchObject([
    { key: 'rows', value: 's3://${BUCKET}/rows', namespace: 'default', sender: again, context: null },
    { key: 'more', value: 'more.csv', namespace: 'default', sender: again, context: null },
  ]);
  expect(await rig.attempts('b', reader)).toHaveLength(1);
});

test('a job can wait for the end of another workflow', async () => {
  const rig = await openRig();
  const waiting = await rig.run(['b'], [rule('b', 'START', workflowStatus('first', 'FINISHED'))]);
  const first = await rig.run(['a'], [], { name: 'first' });
  (await rig.runner.begun('a')).finish();
  expect(await rig.untilEnded(first)).toBe('FINISHED');
  expect(await rig.attempts('b', waiting)).toHaveLength(1); // in the same transaction
});

test('a rule with NONE keeps those behind it from acting on the same event', async () => {
  const rig = await openRig();
  const id = await rig.run(
    ['b'],
    [rule('b', 'NONE', event({ key: 'news', value: 'dull' })), rule('b', 'START', event({ key: 'news' }))],
  );
  await rig.scheduler.events.publish([{ key: 'news', value: 'dull' }]);
  expect(await rig.attempts('b', id)).toEqual([]);
  await rig.scheduler.events.publish([{ key: 'news', value: 'good' }]);
  expect(await rig.attempts('b', id)).toHaveLength(1);
});

test('the contexts of an event are where the workflow says, and an event without any is for nobody', async () => {
  const rig = await openRig();
  const contextExtractor: Workflow['contextExtractor'] = { kind: 'field', field: 'value', pointer: '/for' };
  const workflow = { contextExtractor };
  const ids = [
    await rig.run(['b'], [onNews], { workflow, context: 'x' }),
    await rig.run(['b'], [onNews], { workflow, context: 'y' }),
    await rig.run(['b'], [onNews], { workflow, context: 'z' }),
  ];
  const plain = await rig.run(['b'], [onNews], { name: 'plain' });
  const begun = async (): Promise<number[]> =>
    Promise.all(ids.map(async (id) => (await rig.attempts('b', id)).length));
  await rig.scheduler.events.publish([{ key: 'news', value: 'no JSON' }]);
  expect(await begun()).toEqual([0, 0, 0]);
  await rig.runner.begun('b'); // what cannot be read harms nobody else
  expect(await rig.attempts('b', plain)).toHaveLength(1);
  await rig.scheduler.events.publish([{ key: 'news', value: '{"for":["x","z"]}' }]);
  expect(await begun()).toEqual([1, 0, 1]);
});

test('an event costs nothing for workflows whose rules do not look at it', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  for (let index = 0; index < 20; index += 1) {
    const workflowRules = [{ action: 'START' as const, condition: event({ key: `begin_${index}` }) }];
    const rules = [rule('b', 'START', event({ key: `key_${index}` }))];
    await rig.run(['a', 'b'], rules, { name: `w${index}`, workflow: { workflowRules } });
  }
  const asked = vi.spyOn(RuleBook.prototype, 'matching');
  onTestFinished(() => asked.mockRestore());
  await rig.scheduler.events.publish([{ key: 'nobody', value: '' }]);
  expect(asked).not.toHaveBeenCalled();
  await rig.scheduler.events.publish([{ key: 'key_7', value: '' }]);
  expect(new Set(asked.mock.contexts).size).toBe(1);
});

test('a burst of events loses none and fires nothing twice', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  const names = Array.from({ length: 50 }, (_, index) => `job_${index}`);
  const rules = names.map((name, index) => rule(name, 'START', event({ key: `key_${index}`, value: 'go' })));
  const id = await rig.run(names, rules);
  const events = Array.from({ length: 2000 }, (_, index) => ({
    key: `key_${index % 100}`,
    value: index < 1900 ? 'wait' : 'go',
  }));
  await Promise.all(events.map((each) => rig.scheduler.events.publish([each])));
  expect(await rig.scheduler.events.count({ eventType: 'UNDEFINED' })).toBe(2000);
  for (const name of names) expect(await rig.attempts(name, id)).toHaveLength(1);
  await until('the first to begin', () => rig.runner.attempts.length === 1 || null);
});
