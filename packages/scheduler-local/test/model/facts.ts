import type { Status } from '@aiflow/core';
import { statusEventTypes } from '@aiflow/core';
import { endAttempt, runAttempt } from './attempts.ts';
import { nextDue, takeDue } from './due.ts';
import type { ModelAttempt, OutsideEnd, State } from './state.ts';
import { isOpen } from './state.ts';
import { settleTransaction } from './transaction.ts';
import { hear, hearQuietly } from './workflows.ts';

/**
 * Something that a scheduler is to write down by itself, in a transaction of its own. Which of several comes first is
 * the outside's affair, so the log is asked.
 */
export interface Fact {
  /** The event that it begins with; null when that depends on rules, and may be none. */
  readonly head: { readonly attempt: string; readonly value: Status } | null;
  /** Does it in a state, perhaps a copy of the one it was found in. `way` picks among the ways; gives their number. */
  readonly perform: (state: State, way: number) => number;
}

/** What can be written down now; what can be done without anybody noticing is done at once. When there is nothing, a scheduler has come to rest. */
export function factsIn(state: State): Fact[] {
  const facts = state.attempts.flatMap((attempt, index) => factsOf(state, attempt, index));
  if ((nextDue(state) ?? Infinity) <= state.now) {
    facts.push({ head: null, perform: takeDue });
  }
  for (const workflow of state.workflows.values()) {
    if (workflow.isPaused) continue;
    hearQuietly(state, workflow);
    if (workflow.waiting.length > 0) facts.push(hearing(workflow.name));
  }
  return facts.map(({ head, perform }) => ({
    head,
    perform: (state, way) => {
      const ways = perform(state, way);
      settleTransaction(state);
      return ways;
    },
  }));
}

function factsOf(state: State, attempt: ModelAttempt, index: number): Fact[] {
  if (!isOpen(attempt)) return [];
  const { outside, stopFor, begunAt, status, name } = attempt;
  const ends = (end: OutsideEnd, value: Status, isGone = false): Fact => ({
    head: { attempt: name, value },
    perform: (state) => {
      const attempt = state.attempts[index];
      if (attempt !== undefined) endAttempt(state, attempt, end, isGone);
      return 1;
    },
  });
  const facts: Fact[] = [];
  // What never began is ended by the scheduler itself.
  if (begunAt === null && stopFor !== null) return [ends('KILLED', 'KILLED')];
  if (begunAt === null) return attempt.isSought ? [isNotFound(index)] : [];
  switch (outside) {
    case 'nothing': // the scheduler is as good as dead
    case 'unheard':
      return [];
    case 'gone':
      return [stopFor === null ? ends('lost', 'FAILED', true) : ends('KILLED', killedAs(attempt))];
    case 'runs':
      if (stopFor !== null && !state.held) facts.push(ends('KILLED', killedAs(attempt)));
      break;
    case 'lost':
      facts.push(ends('lost', 'FAILED'));
      break;
    case 'FINISHED':
    case 'FAILED':
      facts.push(ends(outside, outside));
      break;
    case 'KILLED':
      facts.push(ends('KILLED', killedAs(attempt)));
      break;
  }
  if (status === 'INIT') facts.push(runs(name, index));
  return facts;
}

function killedAs({ stopFor }: ModelAttempt): Status {
  return stopFor === 'timeout' ? 'FAILED' : 'KILLED';
}

function runs(name: string, index: number): Fact {
  return {
    head: { attempt: name, value: 'RUNNING' },
    perform: (state) => {
      const attempt = state.attempts[index];
      if (attempt !== undefined) runAttempt(state, attempt);
      return 1;
    },
  };
}

/** It enters the queue again; when, in respect of the others, nobody says. */
function isNotFound(index: number): Fact {
  return {
    head: null,
    perform: (state) => {
      const attempt = state.attempts[index];
      if (attempt !== undefined) attempt.isSought = false;
      return 1;
    },
  };
}

function hearing(name: string): Fact {
  return {
    head: null,
    perform: (state, way) => {
      const workflow = state.workflows.get(name);
      if (workflow === undefined) return 1;
      return hear(state, workflow, way);
    },
  };
}

/** Whether the log's next event is the one that a fact begins with. */
export function begins(
  { head }: Fact,
  event: { readonly eventType: string; readonly context: string | null; readonly value: string },
  state: State,
): boolean {
  if (head === null || event.eventType !== statusEventTypes.job) return false;
  return state.names.get(head.attempt) === event.context && head.value === event.value;
}
