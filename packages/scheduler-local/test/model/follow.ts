import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { serialize } from 'node:v8';
import type { Event } from '@aiflow/core';
import type { Fact } from './facts.ts';
import { begins, factsIn } from './facts.ts';
import type { ModelEvent, State } from './state.ts';
import { copy } from './state.ts';

/** There is no end to what rules start of each other, or no telling the ways in which they may have: nothing to compare. */
export class Endless extends Error {}

/** Longer than this, in events of logs that are copied from way to way, it is not gone on. */
const mostEvents = 100_000;

/** Where a log went another way than a scheduler may. */
class Astray extends Error {}

/**
 * Goes through what a scheduler has written, from where the model is, and does what was done. Gives the states that the
 * model may be in then: mostly one, but what leaves no event can come before or after what does. `isAtRest`: there is
 * to be nothing left that a scheduler would still do. Throws {@link Astray} where no way leads.
 */
export function follow(from: readonly State[], log: readonly Event[], isAtRest: boolean): State[] {
  const [arrived, wrong]: [State[], Astray[]] = [[], []];
  const met = new Set<string>();
  const ahead = [...from];
  let events = 0;
  const pay = ({ log: copied }: State): void => {
    if ((events += copied.length + 1) > mostEvents) throw new Endless();
  };
  for (let state = ahead.pop(); state !== undefined; state = ahead.pop()) {
    try {
      const next = goOn(state, log, isAtRest, pay);
      if (next.length === 0) arrived.push(state);
      for (const each of next.toReversed()) {
        const key = next.length + ahead.length > 1 ? keyOf(each) : '';
        if (key === '' || !met.has(key)) ahead.push(each);
        met.add(key);
      }
    } catch (error) {
      if (!(error instanceof Astray)) throw error;
      wrong.push(error);
    }
  }
  const [first] = wrong;
  if (arrived.length === 0 && first !== undefined) throw first;
  return [...new Map(arrived.map((state) => [arrived.length > 1 ? keyOf(state) : '', state])).values()];
}

/** Where a state leads as far as that is certain, and then each way on; none at the end. */
function goOn(state: State, log: readonly Event[], isAtRest: boolean, pay: (copy: State) => void): State[] {
  for (;;) {
    match(state, log);
    const facts = factsIn(state);
    const next = log[state.seen];
    if (facts.length === 0 && next === undefined) return [];
    if (next === undefined && !isAtRest) return [];
    const open = facts.filter(({ head }) => head === null);
    const certain = next === undefined ? [] : facts.filter((fact) => begins(fact, next, state));
    const [only] = certain;
    if (open.length > 0) return [...certain, ...open].flatMap((fact) => allWays(state, fact, pay));
    if (only === undefined) {
      const left = facts.map(({ head }) => `${head?.attempt} ${head?.value}`).join(', ') || 'nothing';
      throw new Astray(`the log goes on with ${say(next)} where there can be ${left}`);
    }
    only.perform(state, 0);
  }
}

/** `pay` is called for each copy, and throws when there are too many: the ways may be as many as orders of the jobs. */
function allWays(state: State, fact: Fact, pay: (copy: State) => void): State[] {
  const found: State[] = [];
  for (let way = 0, ways = 1; way < ways; way += 1) {
    pay(state);
    const tried = copy(state);
    ways = fact.perform(tried, way);
    found.push(tried);
  }
  return found;
}

/** The same for two states exactly when they are the same. */
function keyOf({ versions, ...state }: State): string {
  return hash('sha1', serialize([state, versions.length]));
}

/** Holds the model's events against those of the log, and learns what executions and attempts are called. */
function match(state: State, log: readonly Event[]): void {
  for (; state.seen < state.log.length; state.seen += 1) {
    const expected = state.log[state.seen];
    const found = log[state.seen];
    if (expected === undefined) return;
    if (found === undefined) throw new Astray(`the log ends where ${say(expected)} is to be`);
    for (const field of ['sender', 'context'] as const) {
      const [name, id] = [expected[field], found[field]];
      if (name !== null && id !== null && isOwnName(name) && !state.names.has(name))
        state.names.set(name, id);
    }
    const named = inTheirWords(state, expected);
    if (!isDeepStrictEqual({ version: state.seen + 1, ...named }, { ...found })) {
      throw new Astray(`event ${state.seen + 1} is ${say(found)} where it is to be ${say(named)}`);
    }
  }
}

function inTheirWords(state: State, event: ModelEvent): ModelEvent {
  const { sender, context, workflowExecutionId: home } = event;
  const [from, of] = [nameOf(state, sender), nameOf(state, context)];
  return { ...event, sender: from, context: of, workflowExecutionId: nameOf(state, home) };
}

/** What the scheduler calls what the model named; a text of somebody else's stands for itself. */
export function nameOf(state: State, name: string): string;
export function nameOf(state: State, name: string | null): string | null;
export function nameOf({ names }: State, name: string | null): string | null {
  return name === null ? null : (names.get(name) ?? name);
}

function isOwnName(name: string): boolean {
  return /^(execution|attempt):\d+$/.test(name);
}

function say(event: ModelEvent | Event | undefined): string {
  if (event === undefined) return 'nothing';
  const { key, value, eventType, sender, context, createTime } = event;
  return `${eventType} ${key}=${value} of ${sender} for ${context} at ${createTime}`;
}
