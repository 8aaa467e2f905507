import type { Event, EventContext, ParkedEvent } from '@aiflow/core';
import type Database from 'better-sqlite3';
import type { EventRow } from './events.ts';
import { toEvent } from './events.ts';

/** An event of which a workflow version is still to be told. */
export interface Untold {
  readonly event: Event;
  /** What it belongs to; null until that is known. Its executions have then been told, and its rules not. */
  readonly context: EventContext | null;
}

/** Which of the events that wait are asked for: those to be told to all, and those that only the rules wait for. */
export interface Wanted {
  readonly fresh: boolean;
  readonly kept: boolean;
}

interface UntoldRow extends EventRow {
  readonly contexts: string | null;
}

/** The statements about events that wait to be told to a workflow version. */
export class UntoldEventStore {
  readonly #add: Database.Statement<unknown[]>;
  readonly #keep: Database.Statement<unknown[]>;
  readonly #park: Database.Statement<unknown[]>;
  readonly #remove: Database.Statement<unknown[]>;
  readonly #copy: Database.Statement<unknown[]>;
  readonly #removeWaiting: Database.Statement<unknown[]>;
  readonly #removeWorkflow: Database.Statement<unknown[]>;
  readonly #versions: Database.Statement<unknown[], number>;
  readonly #get: Database.Statement<unknown[], UntoldRow>;
  readonly #next: Database.Statement<unknown[], UntoldRow>;
  readonly #parked: Database.Statement<unknown[], EventRow & { readonly reason: string }>;

  constructor(connection: Database.Database) {
    const one = 'version_id = ? AND event_version = ? AND reason IS NULL';
    this.#add = connection.prepare(
      'INSERT INTO untold_events (version_id, event_version) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#keep = connection.prepare(`UPDATE untold_events SET contexts = ? WHERE ${one}`);
    this.#park = connection.prepare(
      `INSERT INTO untold_events (version_id, event_version, reason) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET contexts = NULL, reason = excluded.reason`,
    );
    this.#remove = connection.prepare(`DELETE FROM untold_events WHERE ${one}`);
    this.#copy = connection.prepare(
      `INSERT INTO untold_events (version_id, event_version)
       SELECT ?, event_version FROM untold_events WHERE version_id = ? AND reason IS NULL`,
    );
    this.#removeWaiting = connection.prepare(
      'DELETE FROM untold_events WHERE version_id = ? AND reason IS NULL AND (contexts IS NOT NULL OR ?)',
    );
    this.#removeWorkflow = connection.prepare(
      `DELETE FROM untold_events WHERE version_id IN
         (SELECT version_id FROM workflow_versions WHERE project_name = ? AND workflow_name = ?)`,
    );
    this.#versions = connection
      .prepare<unknown[], number>('SELECT DISTINCT version_id FROM untold_events WHERE reason IS NULL')
      .pluck();
    const waiting = 'SELECT events.*, contexts FROM untold_events JOIN events ON version = event_version';
    this.#get = connection.prepare(`${waiting} WHERE ${one}`);
    this.#next = connection.prepare(
      `${waiting} WHERE version_id = ? AND reason IS NULL AND CASE WHEN contexts IS NULL THEN ? ELSE ? END
       ORDER BY event_version LIMIT ?`,
    );
    this.#parked = connection.prepare(
      `SELECT events.*, reason FROM workflow_versions
       JOIN untold_events USING (version_id) JOIN events ON version = event_version
       WHERE project_name = ? AND workflow_name = ? AND reason IS NOT NULL AND event_version > ?
       ORDER BY event_version LIMIT ?`,
    );
  }

  add(versionId: number, eventVersion: number): void {
    this.#add.run(versionId, eventVersion);
  }

  /** The executions have been told; the rules wait. */
  keep(versionId: number, eventVersion: number, context: EventContext): void {
    this.#keep.run(JSON.stringify(context), versionId, eventVersion);
  }

  park(versionId: number, eventVersion: number, reason: string): void {
    this.#park.run(versionId, eventVersion, reason);
  }

  remove(versionId: number, eventVersion: number): void {
    this.#remove.run(versionId, eventVersion);
  }

  /** Null for one that does not wait. */
  get(versionId: number, eventVersion: number): Untold | null {
    const row = this.#get.get(versionId, eventVersion);
    return row === undefined ? null : toUntold(row);
  }

  /** What waits for the rules of one version waits for those of another from now on. */
  move(from: number, to: number): void {
    this.#copy.run(to, from);
  }

  /** The rules of a version wait for nothing any more; its executions may. */
  releaseRules(versionId: number, hasOnlyRules: boolean): void {
    this.#removeWaiting.run(versionId, hasOnlyRules ? 1 : 0);
  }

  removeWorkflow(projectName: string, workflowName: string): void {
    this.#removeWorkflow.run(projectName, workflowName);
  }

  /** The workflow versions for which something waits. */
  versions(): number[] {
    return this.#versions.all();
  }

  /** The next that wait, oldest first. */
  next(versionId: number, { fresh, kept }: Wanted, limit: number): Untold[] {
    return this.#next.all(versionId, fresh ? 1 : 0, kept ? 1 : 0, limit).map(toUntold);
  }

  /** Those of all versions of a workflow, oldest first. */
  parked(projectName: string, workflowName: string, afterVersion: number, limit: number): ParkedEvent[] {
    return this.#parked
      .all(projectName, workflowName, afterVersion, limit)
      .map((row) => ({ event: toEvent(row), reason: row.reason }));
  }
}

function toUntold(row: UntoldRow): Untold {
  const context = row.contexts === null ? null : (JSON.parse(row.contexts) as EventContext);
  return { event: toEvent(row), context };
}
