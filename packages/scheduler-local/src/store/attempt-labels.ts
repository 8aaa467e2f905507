import type Database from 'better-sqlite3';

/** The statement about what attempts that run say of themselves. Their end removes it. */
export class AttemptLabelStore {
  readonly #set: Database.Statement<unknown[]>;

  constructor(connection: Database.Database) {
    this.#set = connection.prepare('UPDATE attempts SET label = ? WHERE seq = ?');
  }

  set(attemptSeq: number, label: string | null): void {
    this.#set.run(label, attemptSeq);
  }
}
