import type { RuleChange, RuleMark } from '@aiflow/core';
import type Database from 'better-sqlite3';

export interface WorkflowMarkRow extends RuleMark {
  /** As JSON; null for all. */
  readonly context: string;
}

/** The statements about what the rules of submitted workflows remember: core's {@link RuleMark}s, by context. */
export class WorkflowRuleMarkStore {
  readonly #put: Database.Statement<unknown[]>;
  readonly #forget: Database.Statement<unknown[]>;
  readonly #clear: Database.Statement<unknown[]>;
  readonly #clearWorkflow: Database.Statement<unknown[]>;
  readonly #of: Database.Statement<unknown[], WorkflowMarkRow>;

  constructor(connection: Database.Database) {
    const workflow = 'project_name = ? AND workflow_name = ?';
    this.#put = connection.prepare(
      `INSERT INTO workflow_rule_marks (project_name, workflow_name, context, rule, leaf, source, version)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version`,
    );
    this.#forget = connection.prepare(
      `DELETE FROM workflow_rule_marks WHERE ${workflow} AND context = ? AND rule = ? AND leaf = ? AND source = ?`,
    );
    this.#clear = connection.prepare(
      `DELETE FROM workflow_rule_marks WHERE ${workflow} AND context = ? AND rule = ?`,
    );
    this.#clearWorkflow = connection.prepare(`DELETE FROM workflow_rule_marks WHERE ${workflow}`);
    this.#of = connection.prepare(
      `SELECT context, rule, leaf, source, version FROM workflow_rule_marks WHERE ${workflow}`,
    );
  }

  /** A workflow is told events in the order of their versions, so when a rule fired need not be kept. */
  apply(
    projectName: string,
    workflowName: string,
    context: string | null,
    changes: readonly RuleChange[],
  ): void {
    const memory = [projectName, workflowName, JSON.stringify(context)] as const;
    for (const change of changes) {
      switch (change.kind) {
        case 'put': {
          const { rule, leaf, source, version } = change.mark;
          this.#put.run(...memory, rule, leaf, source, version);
          break;
        }
        case 'forget':
          this.#forget.run(...memory, change.rule, change.leaf, change.source);
          break;
        case 'clear':
          this.#clear.run(...memory, change.rule);
          break;
        case 'fired':
          break;
      }
    }
  }

  clear(projectName: string, workflowName: string): void {
    this.#clearWorkflow.run(projectName, workflowName);
  }

  of(projectName: string, workflowName: string): WorkflowMarkRow[] {
    return this.#of.all(projectName, workflowName);
  }
}
