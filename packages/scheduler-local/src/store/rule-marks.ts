import type { RuleChange, RuleMark } from '@aiflow/core';
import type Database from 'better-sqlite3';

interface Firing {
  readonly rule: number;
  readonly version: number;
}

/** The statements about what the rules of executions remember: core's {@link RuleMark}s. */
export class RuleMarkStore {
  readonly #put: Database.Statement<unknown[]>;
  readonly #forget: Database.Statement<unknown[]>;
  readonly #clear: Database.Statement<unknown[]>;
  readonly #fired: Database.Statement<unknown[]>;
  readonly #clearExecution: Database.Statement<unknown[]>;
  readonly #clearFirings: Database.Statement<unknown[]>;
  readonly #firings: Database.Statement<unknown[], Firing>;
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
    this.#fired = connection.prepare(
      `INSERT INTO rule_firings (execution_seq, rule, version) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET version = excluded.version`,
    );
    this.#clearExecution = connection.prepare('DELETE FROM rule_marks WHERE execution_seq = ?');
    this.#clearFirings = connection.prepare('DELETE FROM rule_firings WHERE execution_seq = ?');
    this.#firings = connection.prepare('SELECT rule, version FROM rule_firings WHERE execution_seq = ?');
    this.#ofExecution = connection.prepare(
      'SELECT rule, leaf, source, version FROM rule_marks WHERE execution_seq = ?',
    );
  }

  /** When a rule fired need not be kept where an execution is told events in the order of their versions. */
  apply(
    executionSeq: number,
    changes: readonly RuleChange[],
    { isOrdered }: { readonly isOrdered: boolean },
  ): void {
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
          if (!isOrdered) this.#fired.run(executionSeq, change.rule, change.version);
          break;
      }
    }
  }

  clearExecution(executionSeq: number): void {
    this.#clearExecution.run(executionSeq);
    this.#clearFirings.run(executionSeq);
  }

  /** By which event each rule last fired, as far as that was kept. */
  firingsOf(executionSeq: number): (readonly [rule: number, version: number])[] {
    return this.#firings.all(executionSeq).map(({ rule, version }) => [rule, version]);
  }

  ofExecution(executionSeq: number): RuleMark[] {
    return this.#ofExecution.all(executionSeq);
  }
}
