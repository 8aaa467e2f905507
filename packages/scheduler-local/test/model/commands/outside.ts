import type { NewEvent } from '@aiflow/core';
import * as fc from 'fast-check';
import { contexts, keys, senders, values } from '../definitions.ts';
import type { Pair } from '../pair.ts';
import * as requests from '../requests.ts';
import type { OutsideEnd } from '../state.ts';
import type { Command } from './command.ts';
import { command, pickExecution } from './command.ts';

/** An event, and which execution it is sent in. */
export type Sent = NewEvent & { readonly home?: number };

function publishing(events: readonly Sent[]): Command {
  return command(`publish(${JSON.stringify(events)})`, (pair) => publishAll(pair, events));
}

export function publishAll(pair: Pair, events: readonly Sent[]): void {
  const homes = events.map(({ home }) => (home === undefined ? null : pickExecution(pair, home)));
  const sent = (idOf: (name: string) => string): NewEvent[] =>
    events.map((event, at) => {
      const name = homes[at] ?? null;
      return { ...withoutHome(event), ...(name !== null && { workflowExecutionId: idOf(name) }) };
    });
  pair.ask(
    'publish',
    (scheduler) => scheduler.events.publish(sent((name) => pair.idOf({ name }))),
    (state) =>
      requests.publishAll(
        state,
        sent((name) => name),
      ),
  );
}

export function withoutHome({ home, ...event }: Sent): NewEvent {
  void home;
  return event;
}

/** Attempts that end by themselves, at the same moment. */
function ending(all: readonly (readonly [at: number, end: OutsideEnd])[]): Command {
  return command(`end(${JSON.stringify(all)})`, (pair) => {
    for (const [at, end] of all) pair.end(at, end);
  });
}

function passing(milliseconds: number): Command {
  return command(`pass(${milliseconds})`, async (pair) => await pair.pass(milliseconds));
}

function holding(held: boolean): Command {
  return command(`hold(${held})`, ({ real, change }) => {
    change((state) => (state.held = held));
    real.hold(held);
  });
}

export const event: fc.Arbitrary<Sent> = fc
  .record(
    {
      key: fc.constantFrom(...keys),
      value: fc.constantFrom(...values),
      sender: fc.constantFrom<string | null>(null, ...senders),
      context: fc.constantFrom(null, null, ...contexts),
      sequence: fc.integer({ min: 1, max: 6 }),
      home: fc.nat(100),
      // What claims to be a change of a job is no more than written down.
      eventType: fc.constantFrom('UNDEFINED', 'UNDEFINED', 'UNDEFINED', 'JOB_STATUS_CHANGED'),
    },
    { requiredKeys: ['key', 'value', 'sender', 'context'] },
  )
  .map(({ sequence, ...event }) =>
    sequence === undefined || event.sender === null ? event : { ...event, sequence },
  );

const end = fc.constantFrom<OutsideEnd>(
  'FINISHED',
  'FINISHED',
  'FINISHED',
  'FAILED',
  'FAILED',
  'KILLED',
  'lost',
);

/** What happens outside of the scheduler. */
export const outside: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.array(event, { minLength: 1, maxLength: 3 }).map(publishing) },
  {
    weight: 8,
    arbitrary: fc.array(fc.tuple(fc.nat(7), end), { minLength: 1, maxLength: 3 }).map(ending),
  },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 9000 }).map(passing) },
  { weight: 1, arbitrary: fc.boolean().map(holding) },
);
