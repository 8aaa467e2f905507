import type Database from 'better-sqlite3';

/** The statements about the files of outboxes whose events were taken. */
export class OutboxFileStore {
  readonly #take: Database.Statement<unknown[]>;
  readonly #clear: Database.Statement<unknown[]>;

  constructor(connection: Database.Database) {
    this.#take = connection.prepare(
      'INSERT INTO outbox_files (attempt_seq, identity) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#clear = connection.prepare('DELETE FROM outbox_files WHERE attempt_seq = ?');
  }

  /** Whether it had not been taken before. */
  take(attemptSeq: number, identity: string): boolean {
    return this.#take.run(attemptSeq, identity).changes > 0;
  }

  clear(attemptSeq: number): void {
    this.#clear.run(attemptSeq);
  }
}
