import type { Status, StatusReason } from '@aiflow/core';
import type Database from 'better-sqlite3';

/** An execution with what its info shows of its workflow. `is_paused` is null when the workflow was deleted. */
export interface ExecutionRow {
  readonly seq: number;
  readonly execution_id: string;
  readonly project_name: string;
  readonly workflow_name: string;
  readonly version_id: number;
  readonly status: Status;
  readonly reason: StatusReason | null;
  readonly context: string | null;
  readonly parameters: string;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly snapshot_id: string;
  readonly properties: string;
  readonly is_paused: number | null;
  /** JSON: the names of the jobs whose scheduling was stopped. */
  readonly unscheduled_jobs: string;
}

export interface NewExecution {
  readonly executionId: string;
  readonly projectName: string;
  readonly workflowName: string;
  readonly versionId: number;
  readonly context: string | null;
  readonly parameters: string;
  readonly idempotencyKey: string | null;
  /** Null when it waits for others to end. */
  readonly startedAt: number | null;
}

const selection = `
  SELECT executions.*, snapshot_id, properties, is_paused,
    (SELECT json_group_array(job_name) FROM unscheduled_jobs WHERE execution_seq = seq) AS unscheduled_jobs
  FROM executions
  JOIN workflow_versions USING (version_id)
  LEFT JOIN workflows
    ON workflows.project_name = executions.project_name AND workflows.workflow_name = executions.workflow_name`;

/** The statements about executions. */
export class ExecutionStore {
  readonly #insert: Database.Statement<unknown[]>;
  readonly #begin: Database.Statement<unknown[]>;
  readonly #setStatus: Database.Statement<unknown[]>;
  readonly #get: Database.Statement<unknown[], ExecutionRow>;
  readonly #byKey: Database.Statement<unknown[], ExecutionRow>;
  readonly #open: Database.Statement<unknown[], ExecutionRow>;
  readonly #list: Database.Statement<unknown[], ExecutionRow>;
  readonly #unschedule: Database.Statement<unknown[]>;
  readonly #schedule: Database.Statement<unknown[]>;

  constructor(connection: Database.Database) {
    this.#insert = connection.prepare(
      `INSERT INTO executions
         (execution_id, project_name, workflow_name, version_id, status, reason, context, parameters, idempotency_key,
          started_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#begin = connection.prepare(
      "UPDATE executions SET status = 'RUNNING', reason = NULL, started_at = ? WHERE seq = ?",
    );
    this.#setStatus = connection.prepare(
      'UPDATE executions SET status = ?, reason = ?, ended_at = ? WHERE seq = ?',
    );
    this.#get = connection.prepare(`${selection} WHERE execution_id = ?`);
    this.#byKey = connection.prepare(
      `${selection} WHERE executions.project_name = ? AND executions.workflow_name = ? AND idempotency_key = ?`,
    );
    this.#open = connection.prepare(`${selection} WHERE ended_at IS NULL ORDER BY seq`);
    this.#list = connection.prepare(
      `${selection} WHERE executions.project_name = ? AND executions.workflow_name = ? AND seq < ?
       ORDER BY seq DESC LIMIT ?`,
    );
    this.#unschedule = connection.prepare(
      'INSERT INTO unscheduled_jobs (execution_seq, job_name) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#schedule = connection.prepare(
      'DELETE FROM unscheduled_jobs WHERE execution_seq = ? AND job_name = ?',
    );
  }

  /** Gives its `seq`. */
  insert(execution: NewExecution): number {
    const added = this.#insert.run(
      execution.executionId,
      execution.projectName,
      execution.workflowName,
      execution.versionId,
      execution.startedAt === null ? 'INIT' : 'RUNNING',
      execution.startedAt === null ? 'queued' : null,
      execution.context,
      execution.parameters,
      execution.idempotencyKey,
      execution.startedAt,
    );
    return Number(added.lastInsertRowid);
  }

  /** One that waited begins. */
  begin(seq: number, startedAt: number): void {
    this.#begin.run(startedAt, seq);
  }

  setStatus(seq: number, status: Status, reason: StatusReason | null, endedAt: number | null): void {
    this.#setStatus.run(status, reason, endedAt, seq);
  }

  /** Stops or resumes the scheduling of one of its jobs. */
  setScheduled(seq: number, jobName: string, isScheduled: boolean): void {
    (isScheduled ? this.#schedule : this.#unschedule).run(seq, jobName);
  }

  get(executionId: string): ExecutionRow | null {
    return this.#get.get(executionId) ?? null;
  }

  byIdempotencyKey(projectName: string, workflowName: string, key: string): ExecutionRow | null {
    return this.#byKey.get(projectName, workflowName, key) ?? null;
  }

  /** Those that have not ended, oldest first. */
  open(): ExecutionRow[] {
    return this.#open.all();
  }

  /** Newest first, of those older than the `seq` number. */
  list(projectName: string, workflowName: string, beforeSeq: number, limit: number): ExecutionRow[] {
    return this.#list.all(projectName, workflowName, beforeSeq, limit);
  }
}
