import type { Status } from '@aiflow/core';
import type Database from 'better-sqlite3';

export interface RuleStateRow {
  readonly rule_index: number;
  readonly job_name: string;
  readonly status: Status;
}

/** The statements about what rules remember. */
export class RuleStateStore {
  readonly #put: Database.Statement<unknown[]>;
  readonly #forget: Database.Statement<unknown[]>;
  readonly #clear: Database.Statement<unknown[]>;
  readonly #clearExecution: Database.Statement<unknown[]>;
  readonly #ofExecution: Database.Statement<unknown[], RuleStateRow>;

  constructor(connection: Database.Database) {
    this.#put = connection.prepare(
      `INSERT INTO rule_states (execution_seq, rule_index, job_name, status) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET status = excluded.status`,
    );
    this.#forget = connection.prepare(
      'DELETE FROM rule_states WHERE execution_seq = ? AND rule_index = ? AND job_name = ?',
    );
    this.#clear = connection.prepare('DELETE FROM rule_states WHERE execution_seq = ? AND rule_index = ?');
    this.#clearExecution = connection.prepare('DELETE FROM rule_states WHERE execution_seq = ?');
    this.#ofExecution = connection.prepare(
      'SELECT rule_index, job_name, status FROM rule_states WHERE execution_seq = ?',
    );
  }

  put(executionSeq: number, ruleIndex: number, jobName: string, status: Status): void {
    this.#put.run(executionSeq, ruleIndex, jobName, status);
  }

  forget(executionSeq: number, ruleIndex: number, jobName: string): void {
    this.#forget.run(executionSeq, ruleIndex, jobName);
  }

  clear(executionSeq: number, ruleIndex: number): void {
    this.#clear.run(executionSeq, ruleIndex);
  }

  clearExecution(executionSeq: number): void {
    this.#clearExecution.run(executionSeq);
  }

  ofExecution(executionSeq: number): RuleStateRow[] {
    return this.#ofExecution.all(executionSeq);
  }
}
