import type Database from 'better-sqlite3';

export interface JobTickRow {
  readonly job_name: string;
  /** Its place among the job's schedules. */
  readonly schedule: number;
  readonly last: number;
}

/** The statements about how far the schedules of jobs have come. */
export class JobTickStore {
  readonly #put: Database.Statement<unknown[]>;
  readonly #clearExecution: Database.Statement<unknown[]>;
  readonly #ofExecution: Database.Statement<unknown[], JobTickRow>;

  constructor(connection: Database.Database) {
    this.#put = connection.prepare(
      `INSERT INTO job_ticks (execution_seq, job_name, schedule, last) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET last = excluded.last`,
    );
    this.#clearExecution = connection.prepare('DELETE FROM job_ticks WHERE execution_seq = ?');
    this.#ofExecution = connection.prepare(
      'SELECT job_name, schedule, last FROM job_ticks WHERE execution_seq = ?',
    );
  }

  put(executionSeq: number, jobName: string, schedule: number, last: number): void {
    this.#put.run(executionSeq, jobName, schedule, last);
  }

  clearExecution(executionSeq: number): void {
    this.#clearExecution.run(executionSeq);
  }

  ofExecution(executionSeq: number): JobTickRow[] {
    return this.#ofExecution.all(executionSeq);
  }
}
