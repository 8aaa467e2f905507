import type { Event, EventFilter } from '@aiflow/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventTail, isWanted } from '../src/event-tail.ts';
import { openRig } from './harness.ts';

const word = fc.constantFrom('a', 'b', '*');
const filters: fc.Arbitrary<EventFilter> = fc.record(
  {
    key: fc.oneof(word, fc.array(word, { maxLength: 2 })),
    eventType: word,
    namespace: word,
    sender: word,
    workflowExecutionId: word,
    afterVersion: fc.nat(12),
    beginTime: fc.constantFrom(0, 1_767_225_600_005),
  },
  { requiredKeys: [] },
);

test('an event is wanted when the log would list it', async () => {
  const { scheduler, clock } = await openRig();
  for (const [number, key] of ['a', 'b', 'a', 'c', 'b', 'a'].entries()) {
    const sender = number % 3 === 0 ? null : 'a';
    const workflowExecutionId = number % 4 === 0 ? null : 'a';
    const namespace = number % 2 === 0 ? 'a' : 'b';
    await scheduler.events.publish([{ key, value: '', sender, workflowExecutionId, namespace }]);
    await clock.advance(1);
  }
  const all = await scheduler.events.list({});
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      expect(all.filter((event) => isWanted(event, filter))).toEqual(await scheduler.events.list(filter));
    }),
    { numRuns: 300 },
  );
});

test('the tail gives what follows a version, and says when it has forgotten some of it', () => {
  const tail = new EventTail(3);
  expect([tail.after(3), tail.after(2)]).toEqual([[], null]);
  tail.append(events(4, 5));
  expect([tail.after(3)?.length, tail.after(4)?.length, tail.after(2)]).toEqual([2, 1, null]);
  tail.append(events(6, 12_000));
  tail.append(events(12_001, 12_001));
  expect(tail.latestVersion).toBe(12_001);
  expect(tail.after(11_999)?.map(({ version }) => version)).toEqual([12_000, 12_001]);
  expect(tail.after(3)).toBeNull();
});

test('the tail forgets what lies before a gap, which it cannot tell', () => {
  const tail = new EventTail(0);
  tail.append(events(1, 3));
  tail.append(events(6, 7));
  expect([tail.after(2), tail.after(4)]).toEqual([null, null]);
  expect(tail.after(5)?.map(({ version }) => version)).toEqual([6, 7]);
});

test('the tail keeps fewer of events that say much, and of one that says too much none', () => {
  const tail = new EventTail(0);
  tail.append(events(1, 100, 'x'.repeat(1_000_000)));
  expect([tail.latestVersion, tail.after(50)]).toEqual([100, null]);
  expect(tail.after(99)).toHaveLength(1);
  tail.append(events(101, 101, 'x'.repeat(20_000_000)));
  expect([tail.latestVersion, tail.after(100), tail.after(101)]).toEqual([101, null, []]);
  tail.append(events(102, 103));
  expect(tail.after(101)).toHaveLength(2);
});

test('who listens from far behind hears all in order', async () => {
  const { scheduler } = await openRig();
  for (let part = 0; part < 12; part += 1) {
    await scheduler.events.publish(Array.from({ length: 1000 }, () => ({ key: 'k', value: '' })));
  }
  const stop = new AbortController();
  const heard: number[] = [];
  for await (const { version } of scheduler.events.listen({ key: 'k' }, { signal: stop.signal })) {
    heard.push(version);
    if (version === 6000) await scheduler.events.publish([{ key: 'k', value: 'last' }]);
    if (version === 12_001) break;
  }
  expect(heard).toEqual(Array.from({ length: 12_001 }, (_, index) => index + 1));
});

function events(from: number, to: number, value: string = ''): Event[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    version: from + index,
    key: 'k',
    value,
    eventType: 'UNDEFINED',
    namespace: 'default',
    sender: null,
    context: null,
    workflowExecutionId: null,
    createTime: 0,
  }));
}
