import type { Schedule } from '@aiflow/core';
import { canonicalJson } from '@aiflow/core';
import type Database from 'better-sqlite3';

export interface WorkflowTickRow {
  /** The schedule as JSON. */
  readonly schedule: string;
  readonly last: number;
}

/** The statements about how far the schedules of submitted workflows have come. */
export class WorkflowTickStore {
  readonly #put: Database.Statement<unknown[]>;
  readonly #takeUp: Database.Statement<unknown[]>;
  readonly #keepOnly: Database.Statement<unknown[]>;
  readonly #of: Database.Statement<unknown[], WorkflowTickRow>;

  constructor(connection: Database.Database) {
    const insert =
      'INSERT INTO workflow_ticks (project_name, workflow_name, schedule, last) VALUES (?, ?, ?, ?)';
    this.#put = connection.prepare(`${insert} ON CONFLICT DO UPDATE SET last = excluded.last`);
    this.#takeUp = connection.prepare(`${insert} ON CONFLICT DO NOTHING`);
    this.#keepOnly = connection.prepare(
      `DELETE FROM workflow_ticks WHERE project_name = ? AND workflow_name = ?
       AND schedule NOT IN (SELECT value FROM json_each(?))`,
    );
    this.#of = connection.prepare(
      'SELECT schedule, last FROM workflow_ticks WHERE project_name = ? AND workflow_name = ?',
    );
  }

  put(projectName: string, workflowName: string, schedule: string, last: number): void {
    this.#put.run(projectName, workflowName, schedule, last);
  }

  /** From now on these are its schedules: one that it had goes on from its place, a new one counts from now. */
  set(projectName: string, workflowName: string, schedules: readonly Schedule[], now: number): void {
    const texts = schedules.map((schedule) => canonicalJson(schedule));
    this.#keepOnly.run(projectName, workflowName, JSON.stringify(texts));
    for (const text of texts) this.#takeUp.run(projectName, workflowName, text, now);
  }

  of(projectName: string, workflowName: string): WorkflowTickRow[] {
    return this.#of.all(projectName, workflowName);
  }
}
