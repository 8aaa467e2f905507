import type { ContextExtractor, NewEvent } from '@aiflow/core';
import { event } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import { expect, test } from 'vitest';
import type { Rig } from './harness.ts';
import { openRig } from './harness.ts';
import { rule } from './workflow.ts';

const byModule: ContextExtractor = { kind: 'module', module: 'context.ts', exportName: 'default' };
const byValue: ContextExtractor = { kind: 'field', field: 'value', pointer: null };
const onNews = rule('b', 'START', event({ key: 'news' }));
const jobs = ['a', 'b'];

async function publish(rig: Rig, news: Partial<NewEvent>): Promise<void> {
  await rig.scheduler.events.publish([{ key: 'news', value: 'south', ...news }]);
  await settle();
}

/** How many attempts of `b` each execution has. */
async function begun(rig: Rig, ...ids: readonly string[]): Promise<number[]> {
  return await Promise.all(ids.map(async (id) => (await rig.attempts('b', id)).length));
}

for (const contextExtractor of [byValue, byModule]) {
  test(`an extractor (${contextExtractor.kind}) is not asked where an event of its own execution belongs`, async () => {
    const asked: string[] = [];
    const rig = await openRig({
      contextOf: ({ value }, workflowName) => {
        asked.push(workflowName);
        return { contexts: [value] };
      },
    });
    const more = { workflow: { contextExtractor } };
    const north = await rig.run(jobs, [onNews], { ...more, context: 'north' });
    const south = await rig.run(jobs, [onNews], { ...more, context: 'south' });
    const other = await rig.run(jobs, [onNews], { ...more, name: 'other', context: 'south' });
    await publish(rig, { workflowExecutionId: north });
    expect(await begun(rig, north, south, other)).toEqual([1, 0, 1]);
    expect(asked.includes('workflow')).toBe(false);
    await publish(rig, { value: 'south' });
    expect(await begun(rig, south)).toEqual([1]);
  });
}

test('the status of an execution, and its datasets, are told to no other execution of its workflow', async () => {
  const rig = await openRig();
  const rows = { name: 'rows', uri: 'rows.csv', format: null, schema: null, properties: {} };
  const rules = [
    rule('b', 'START', event({ key: 'rows', eventType: '*' })),
    rule('b', 'START', event({ key: 'workflow', eventType: '*', namespace: '*' })),
  ];
  const more = { jobs: { a: { outputDatasets: [rows] } } };
  const one = await rig.run(jobs, rules, more);
  const two = await rig.run(jobs, rules, more);
  const other = await rig.run(['b'], rules, { name: 'other' });
  await settle();
  // Each hears that it runs itself; the other one hears nothing of them, for it was not there yet.
  expect(await begun(rig, one, two, other)).toEqual([1, 1, 0]);
  for (const attempt of rig.runner.of('b')) attempt.finish();
  await rig.untilJob('b', one, 'FINISHED');
  (await rig.runner.begun('a')).finish();
  await rig.untilJob('a', one, 'FINISHED');
  await settle();
  expect(await begun(rig, one, two, other)).toEqual([2, 1, 1]);
});

test('an event of an execution is told to it alone after a restart too', async () => {
  const rig = await openRig();
  const one = await rig.run(jobs, [onNews]);
  const two = await rig.run(jobs, [onNews]);
  await rig.restart();
  await publish(rig, { workflowExecutionId: two });
  expect(await begun(rig, one, two)).toEqual([0, 1]);
});

test.each([
  [
    { key: 'news', value: '1' },
    'events are published as a list: expected publish([{ key, value }]), and found an object',
  ],
  [undefined, 'events are published as a list: expected publish([{ key, value }]), and found nothing'],
  [[{ value: '1' }], 'an event cannot be published: its key must be a string, and nothing is there'],
  [[null], 'an event cannot be published: its key must be a string, and nothing is there'],
  [
    [{ key: 'k', value: 5 }],
    'the event "k" cannot be published: its value must be a string, and a number is there',
  ],
  [
    [{ key: 'k', value: '1', sequence: 1 }],
    'the event "k" cannot be published: its sequence needs a sender, whose it is',
  ],
])('what plain JavaScript publishes and is no list of events is refused: %j', async (events, message) => {
  const rig = await openRig();
  const refused = rig.scheduler.events.publish(events as unknown as readonly NewEvent[]);
  await expect(refused).rejects.toMatchObject({ code: 'event.invalid', message });
  expect(await rig.scheduler.events.count({})).toBe(0);
});

test('an execution of an event must be named by a text', async () => {
  const rig = await openRig();
  const wrong = { key: 'news', value: '', workflowExecutionId: 7 } as unknown as NewEvent;
  await expect(rig.scheduler.events.publish([wrong])).rejects.toMatchObject({ code: 'event.invalid' });
});
