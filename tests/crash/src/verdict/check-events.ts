import { isFinal, statusEventTypes } from '@aiflow/core';
import type { Acknowledged } from '../stories/stage.ts';
import type { History } from './history.ts';
import type { Violation } from './violation.ts';

/** Each transition, each event of an outbox and each that was acknowledged is in the log, and once. */
export function checkEvents(history: History, acknowledged: readonly Acknowledged[]): Violation[] {
  return [...checkTransitions(history), ...checkOutboxes(history), ...checkPublished(history, acknowledged)];
}

function checkTransitions({ executions, events }: History): Violation[] {
  const count = new Map<string, number>();
  for (const { eventType, value, sender, context } of events) {
    if (eventType === statusEventTypes.job) add(count, `${context} ${isFinal(value) ? 'end' : value}`);
    if (eventType === statusEventTypes.workflow) add(count, `${sender} ${isFinal(value) ? 'end' : value}`);
  }
  return executions.flatMap(({ info, attempts }) => [
    ...once(`${info.workflowExecutionId} end`, count, isFinal(info.status)),
    ...once(`${info.workflowExecutionId} RUNNING`, count, info.startDate !== null),
    ...attempts.flatMap(({ jobExecutionId, status }) => [
      ...once(`${jobExecutionId} INIT`, count, true),
      ...once(`${jobExecutionId} end`, count, isFinal(status)),
      ...once(`${jobExecutionId} RUNNING`, count, status === 'RUNNING'),
    ]),
  ]);
}

function checkOutboxes({ events, testimony }: History): Violation[] {
  const count = new Map<string, number>();
  for (const { key, value } of events) if (key.startsWith('said.')) add(count, value);
  const said = testimony.filter(({ what }) => what === 'said').map(({ detail }) => detail);
  return [...new Set([...said, ...count.keys()])].flatMap((value) =>
    once(value, count, said.includes(value)),
  );
}

function checkPublished({ events }: History, acknowledged: readonly Acknowledged[]): Violation[] {
  const nameOf = ({
    key,
    value,
    sender,
  }: Pick<Acknowledged, 'key' | 'value'> & { readonly sender: string | null }): string =>
    `${key} ${value} by ${sender}`;
  const count = new Map<string, number>();
  for (const event of events) add(count, nameOf(event));
  const byVersion = new Map(events.map((event) => [event.version, event]));
  return acknowledged.flatMap((one) => {
    const found = byVersion.get(one.version);
    const isThere = found !== undefined && nameOf(found) === nameOf(one);
    return [
      ...once(nameOf(one), count, true),
      ...(isThere ? [] : [{ kind: 'lost', what: `event ${one.version} is not ${nameOf(one)}` } as const]),
    ];
  });
}

function once(name: string, count: ReadonlyMap<string, number>, isExpected: boolean): Violation[] {
  const found = count.get(name) ?? 0;
  if (found > 1) return [{ kind: 'twice', what: `${name}: ${found} events` }];
  return isExpected && found === 0 ? [{ kind: 'lost', what: `${name}: no event` }] : [];
}

function add(count: Map<string, number>, name: string): void {
  count.set(name, (count.get(name) ?? 0) + 1);
}
