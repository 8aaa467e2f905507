import type { RuleChange, RuleMark } from '@aiflow/core';
import type Database from 'better-sqlite3';

/** The statements about what the rules of executions remember: core's {@link RuleMark}s. */
export class RuleMarkStore {
  readonly #put: Database.Statement<unknown[]>;
  readonly #forget: Database.Statement<unknown[]>;
  readonly #clear: Database.Statement<unknown[]>;
  readonly #clearExecution: Database.Statement<unknown[]>;
  readonly #ofExecution: Database.Statement<unknown[], RuleMark>;

  constructor(connection: Database.Database) {
    this.#put = connection.prepare(
      `INSERT INTO rule_marks (execution_seq, rule, leaf, source, version) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET version = excluded.version`,
    );
    this.#forget = connection.prepare(
      'DELETE FROM rule_marks WHERE execution_seq = ? AND rule = ? AND leaf = ? AND source = ?',
    );
    this.#clear = connection.prepare('DELETE FROM rule_marks WHERE execution_seq = ? AND rule = ?');
    this.#clearExecution = connection.prepare('DELETE FROM rule_marks WHERE execution_seq = ?');
    this.#ofExecution = connection.prepare(
      'SELECT rule, leaf, source, version FROM rule_marks WHERE execution_seq = ?',
    );
  }

  /** An execution is told events in the order of their versions, so when a rule fired need not be kept. */
  apply(executionSeq: number, changes: readonly RuleChange[]): void {
    for (const change of changes) {
      switch (change.kind) {
        case 'put': {
          const { rule, leaf, source, version } = change.mark;
          this.#put.run(executionSeq, rule, leaf, source, version);
          break;
        }
        case 'forget':
          this.#forget.run(executionSeq, change.rule, change.leaf, change.source);
          break;
        case 'clear':
          this.#clear.run(executionSeq, change.rule);
          break;
        case 'fired':
          break;
      }
    }
  }

  clearExecution(executionSeq: number): void {
    this.#clearExecution.run(executionSeq);
  }

  ofExecution(executionSeq: number): RuleMark[] {
    return this.#ofExecution.all(executionSeq);
  }
}
