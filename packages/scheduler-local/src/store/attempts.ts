import type { FinalStatus, JobResult, Status, StatusReason } from '@aiflow/core';
import type Database from 'better-sqlite3';

export interface AttemptRow {
  readonly seq: number;
  readonly attempt_id: string;
  readonly execution_seq: number;
  readonly job_name: string;
  readonly attempt_number: number;
  readonly status: Status;
  readonly reason: StatusReason | null;
  readonly restart: number;
  readonly begun_at: number | null;
  readonly ended_at: number | null;
  readonly label: string | null;
  readonly log_dir: string | null;
  readonly outbox_dir: string | null;
  readonly result_values: string | null;
  readonly error: string | null;
}

export interface NewAttempt {
  readonly attemptId: string;
  readonly executionSeq: number;
  readonly jobName: string;
  readonly attemptNumber: number;
  /** When it is to be started at once; null when it waits in the queue. */
  readonly begunAt: number | null;
}

/** Where an attempt leaves what it has to say. */
export interface AttemptPlace {
  readonly logDir: string;
  readonly outboxDir: string;
}

export interface AttemptEnd {
  readonly status: FinalStatus;
  readonly reason: StatusReason | null;
  readonly endedAt: number;
  readonly values: JobResult['values'];
  readonly error: JobResult['error'];
  readonly logDir: string | null;
}

/** The statements about attempts. */
export class AttemptStore {
  readonly #insert: Database.Statement<unknown[]>;
  readonly #begin: Database.Statement<unknown[]>;
  readonly #run: Database.Statement<unknown[]>;
  readonly #stop: Database.Statement<unknown[]>;
  readonly #end: Database.Statement<unknown[]>;
  readonly #get: Database.Statement<unknown[], AttemptRow>;
  readonly #ofExecution: Database.Statement<unknown[], AttemptRow>;
  readonly #ofJob: Database.Statement<unknown[], AttemptRow>;

  constructor(connection: Database.Database) {
    this.#insert = connection.prepare(
      `INSERT INTO attempts (attempt_id, execution_seq, job_name, attempt_number, status, reason, begun_at)
       VALUES (?, ?, ?, ?, 'INIT', ?, ?)`,
    );
    this.#begin = connection.prepare('UPDATE attempts SET begun_at = ?, reason = NULL WHERE seq = ?');
    this.#run = connection.prepare(
      "UPDATE attempts SET status = 'RUNNING', log_dir = ?, outbox_dir = ? WHERE seq = ?",
    );
    this.#stop = connection.prepare("UPDATE attempts SET reason = 'stopping', restart = ? WHERE seq = ?");
    this.#end = connection.prepare(
      `UPDATE attempts SET status = ?, reason = ?, restart = 0, ended_at = ?, result_values = ?, error = ?,
         log_dir = coalesce(?, log_dir), label = NULL
       WHERE seq = ?`,
    );
    this.#get = connection.prepare('SELECT * FROM attempts WHERE seq = ?');
    this.#ofExecution = connection.prepare('SELECT * FROM attempts WHERE execution_seq = ? ORDER BY seq');
    this.#ofJob = connection.prepare(
      'SELECT * FROM attempts WHERE execution_seq = ? AND job_name = ? ORDER BY attempt_number',
    );
  }

  /** Gives its `seq`. */
  insert(attempt: NewAttempt): number {
    const added = this.#insert.run(
      attempt.attemptId,
      attempt.executionSeq,
      attempt.jobName,
      attempt.attemptNumber,
      attempt.begunAt === null ? 'queued' : null,
      attempt.begunAt,
    );
    return Number(added.lastInsertRowid);
  }

  /** It leaves the queue: the command to start it follows the commit. */
  begin(seq: number, begunAt: number): void {
    this.#begin.run(begunAt, seq);
  }

  /** Its job was submitted. */
  run(seq: number, { logDir, outboxDir }: AttemptPlace): void {
    this.#run.run(logDir, outboxDir, seq);
  }

  /** It is to be stopped; with `restart` another attempt follows. */
  stop(seq: number, restart: boolean): void {
    this.#stop.run(restart ? 1 : 0, seq);
  }

  end(seq: number, end: AttemptEnd): void {
    const values = Object.keys(end.values).length === 0 ? null : JSON.stringify(end.values);
    const error = end.error === null ? null : JSON.stringify(end.error);
    this.#end.run(end.status, end.reason, end.endedAt, values, error, end.logDir, seq);
  }

  get(seq: number): AttemptRow {
    const row = this.#get.get(seq);
    if (row === undefined) throw new Error(`attempt ${seq} is not in the database`);
    return row;
  }

  /** Oldest first. */
  ofExecution(executionSeq: number): AttemptRow[] {
    return this.#ofExecution.all(executionSeq);
  }

  /** Oldest first. */
  ofJob(executionSeq: number, jobName: string): AttemptRow[] {
    return this.#ofJob.all(executionSeq, jobName);
  }
}
