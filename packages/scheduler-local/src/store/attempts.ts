import type { FinalStatus, JobResult, Status, StatusReason } from '@aiflow/core';
import type Database from 'better-sqlite3';
import type { StopPurpose } from '../live/live-execution.ts';

export interface AttemptRow {
  readonly seq: number;
  readonly attempt_id: string;
  readonly execution_seq: number;
  readonly job_name: string;
  readonly attempt_number: number;
  readonly status: Status;
  readonly reason: StatusReason | null;
  readonly retry_number: number;
  readonly due_at: number | null;
  readonly stop_for: StopPurpose | null;
  readonly is_granted: number;
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
  /** How many failures in a row it follows by itself. */
  readonly retryNumber: number;
  /** When it may enter the queue; null when it is in it at once. */
  readonly dueAt: number | null;
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
  readonly #enqueue: Database.Statement<unknown[]>;
  readonly #grant: Database.Statement<unknown[]>;
  readonly #begin: Database.Statement<unknown[]>;
  readonly #run: Database.Statement<unknown[]>;
  readonly #stop: Database.Statement<unknown[]>;
  readonly #end: Database.Statement<unknown[]>;
  readonly #get: Database.Statement<unknown[], AttemptRow>;
  readonly #ofExecution: Database.Statement<unknown[], AttemptRow>;
  readonly #ofJob: Database.Statement<unknown[], AttemptRow>;

  constructor(connection: Database.Database) {
    this.#insert = connection.prepare(
      `INSERT INTO attempts
         (attempt_id, execution_seq, job_name, attempt_number, status, reason, retry_number, due_at)
       VALUES (?, ?, ?, ?, 'INIT', ?, ?, ?)`,
    );
    this.#enqueue = connection.prepare("UPDATE attempts SET reason = 'queued', due_at = NULL WHERE seq = ?");
    this.#grant = connection.prepare('UPDATE attempts SET is_granted = 1 WHERE seq = ?');
    this.#begin = connection.prepare('UPDATE attempts SET begun_at = ?, reason = NULL WHERE seq = ?');
    this.#run = connection.prepare(
      "UPDATE attempts SET status = 'RUNNING', log_dir = ?, outbox_dir = ?, due_at = ? WHERE seq = ?",
    );
    this.#stop = connection.prepare("UPDATE attempts SET reason = 'stopping', stop_for = ? WHERE seq = ?");
    this.#end = connection.prepare(
      `UPDATE attempts SET status = ?, reason = ?, stop_for = NULL, due_at = NULL, ended_at = ?, result_values = ?, error = ?,
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
      attempt.dueAt === null ? 'queued' : 'retrying',
      attempt.retryNumber,
      attempt.dueAt,
    );
    return Number(added.lastInsertRowid);
  }

  /** From now on it may be begun before that is written down. */
  grant(seq: number): void {
    this.#grant.run(seq);
  }

  /** It leaves the queue: the command to start it follows the commit. */
  begin(seq: number, begunAt: number): void {
    this.#begin.run(begunAt, seq);
  }

  /** It enters the queue. */
  enqueue(seq: number): void {
    this.#enqueue.run(seq);
  }

  /** Its job was submitted; `dueAt` is when it has run for as long as it may. */
  run(seq: number, { logDir, outboxDir }: AttemptPlace, dueAt: number | null): void {
    this.#run.run(logDir, outboxDir, dueAt, seq);
  }

  stop(seq: number, purpose: StopPurpose): void {
    this.#stop.run(purpose, seq);
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
