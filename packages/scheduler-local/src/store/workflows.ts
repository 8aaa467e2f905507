import type { ProjectContext, Workflow } from '@aiflow/core';
import { canonicalJson } from '@aiflow/core';
import type Database from 'better-sqlite3';

/** A workflow as it was submitted once, never changed afterwards. */
export interface VersionRow {
  readonly version_id: number;
  readonly project_name: string;
  readonly workflow_name: string;
  readonly snapshot_id: string;
  readonly snapshot_uri: string;
  /** JSON of the {@link Workflow}. */
  readonly workflow: string;
}

export interface WorkflowRow {
  readonly version_id: number;
  readonly project_name: string;
  readonly workflow_name: string;
  readonly snapshot_id: string;
  readonly properties: string;
  readonly is_paused: number;
}

/** The statements about workflows and their versions. */
export class WorkflowStore {
  readonly #insertVersion: Database.Statement<unknown[]>;
  readonly #sameVersion: Database.Statement<unknown[], number>;
  readonly #version: Database.Statement<unknown[], VersionRow>;
  readonly #put: Database.Statement<unknown[]>;
  readonly #get: Database.Statement<unknown[], WorkflowRow>;
  readonly #setPaused: Database.Statement<unknown[]>;
  readonly #remove: Database.Statement<unknown[]>;
  readonly #active: Database.Statement<unknown[], WorkflowRow>;

  constructor(connection: Database.Database) {
    this.#insertVersion = connection.prepare(
      `INSERT INTO workflow_versions
         (project_name, workflow_name, snapshot_id, snapshot_uri, properties, workflow, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#sameVersion = connection
      .prepare<unknown[], number>(
        `SELECT version_id FROM workflows JOIN workflow_versions USING (version_id)
         WHERE workflows.project_name = ? AND workflows.workflow_name = ?
           AND snapshot_id = ? AND snapshot_uri = ? AND workflow = ?`,
      )
      .pluck();
    this.#version = connection.prepare('SELECT * FROM workflow_versions WHERE version_id = ?');
    this.#put = connection.prepare(
      `INSERT INTO workflows (project_name, workflow_name, version_id) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET version_id = excluded.version_id`,
    );
    this.#get = connection.prepare(
      `SELECT workflows.*, snapshot_id, properties FROM workflows JOIN workflow_versions USING (version_id)
       WHERE workflows.project_name = ? AND workflows.workflow_name = ?`,
    );
    this.#setPaused = connection.prepare(
      'UPDATE workflows SET is_paused = ? WHERE project_name = ? AND workflow_name = ?',
    );
    this.#active = connection.prepare(
      `SELECT workflows.*, snapshot_id, properties FROM workflows JOIN workflow_versions USING (version_id)
       WHERE json_array_length(workflow, '$.schedules') > 0 OR json_array_length(workflow, '$.workflowRules') > 0`,
    );
    this.#remove = connection.prepare('DELETE FROM workflows WHERE project_name = ? AND workflow_name = ?');
  }

  /** Makes it the current version of its name; whether it is paused stays. The same again adds nothing. */
  submit(workflow: Workflow, project: ProjectContext, now: number): WorkflowRow {
    const name = [project.projectName, workflow.workflowName] as const;
    const snapshot = [project.snapshotId, project.uri];
    const text = canonicalJson(workflow);
    if (this.#sameVersion.get(...name, ...snapshot, text) === undefined) {
      const properties = canonicalJson(workflow.properties);
      const added = this.#insertVersion.run(...name, ...snapshot, properties, text, Math.trunc(now));
      this.#put.run(...name, added.lastInsertRowid);
    }
    const row = this.get(...name);
    if (row === null) throw new Error(`workflow ${workflow.workflowName} is not in the database`);
    return row;
  }

  get(projectName: string, workflowName: string): WorkflowRow | null {
    return this.#get.get(projectName, workflowName) ?? null;
  }

  /** Those that have schedules or rules of their own. */
  active(): WorkflowRow[] {
    return this.#active.all();
  }

  version(versionId: number): VersionRow {
    const row = this.#version.get(versionId);
    if (row === undefined) throw new Error(`workflow version ${versionId} is not in the database`);
    return row;
  }

  setPaused(projectName: string, workflowName: string, isPaused: boolean): void {
    this.#setPaused.run(isPaused ? 1 : 0, projectName, workflowName);
  }

  /** Forgets the name; its versions stay, for the executions that were made of them. */
  remove(projectName: string, workflowName: string): void {
    this.#remove.run(projectName, workflowName);
  }
}
