import type { Event } from '@aiflow/core';
import type { LiveAttempt } from './live/live-execution.ts';

/** What is to be done outside once the transaction has been committed. It can be told again from the database. */
export type Command =
  | { readonly kind: 'start'; readonly attemptId: string }
  /** An attempt that has not begun is ended by whoever carries this out: there is nothing to stop. */
  | { readonly kind: 'stop'; readonly attemptId: string }
  /** A file of an outbox whose event was taken. */
  | { readonly kind: 'remove'; readonly path: string; readonly identity: string };

/** What a transaction asks for once it has been committed. */
export interface Consequences {
  readonly commands: Command[];
  /** Attempts to start at once: their transaction need not be durable, for they are granted. */
  readonly startNow: string[];
  /** Attempts that may be started at once when it is. */
  readonly granted: LiveAttempt[];
  /** The ids of the attempts and executions that ended. */
  readonly ended: string[];
  /** The workflow versions that are to be told of events. */
  readonly untold: Set<number>;
  /** What was appended to the log, in its order. */
  readonly published: readonly Event[];
}

export function noConsequences(): Omit<Consequences, 'published'> {
  return { commands: [], startNow: [], granted: [], ended: [], untold: new Set() };
}
