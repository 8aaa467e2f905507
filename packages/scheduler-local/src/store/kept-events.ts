import type { Event } from '@aiflow/core';
import type Database from 'better-sqlite3';
import type { EventRow } from './events.ts';
import { toEvent } from './events.ts';

/** The statements about the events that executions are told when they begin. */
export class KeptEventStore {
  readonly #add: Database.Statement<unknown[]>;
  readonly #ofExecution: Database.Statement<unknown[], EventRow>;
  readonly #clearExecution: Database.Statement<unknown[]>;

  constructor(connection: Database.Database) {
    this.#add = connection.prepare(
      'INSERT INTO kept_events (execution_seq, event_version) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#ofExecution = connection.prepare(
      `SELECT events.* FROM kept_events JOIN events ON version = event_version
       WHERE execution_seq = ? ORDER BY event_version`,
    );
    this.#clearExecution = connection.prepare('DELETE FROM kept_events WHERE execution_seq = ?');
  }

  add(executionSeq: number, eventVersion: number): void {
    this.#add.run(executionSeq, eventVersion);
  }

  /** In the order in which they were published. */
  ofExecution(executionSeq: number): Event[] {
    return this.#ofExecution.all(executionSeq).map(toEvent);
  }

  clearExecution(executionSeq: number): void {
    this.#clearExecution.run(executionSeq);
  }
}
