import type { Event, EventFilter, NewEvent } from '@aiflow/core';
import type Database from 'better-sqlite3';

export interface EventRow {
  readonly version: number;
  readonly key: string;
  readonly value: string;
  readonly event_type: string;
  readonly namespace: string;
  readonly sender: string | null;
  readonly context: string | null;
  readonly workflow_execution_id: string | null;
  readonly create_time: number;
}

/** The statements about events. */
export class EventStore {
  readonly #connection: Database.Database;
  readonly #questions = new Map<string, Database.Statement<unknown[], unknown>>();
  readonly #insert: Database.Statement<unknown[]>;
  readonly #published: Database.Statement<unknown[], EventRow>;
  readonly #latest: Database.Statement<unknown[], number | null>;

  constructor(connection: Database.Database) {
    this.#connection = connection;
    this.#insert = connection.prepare(
      `INSERT INTO events
         (key, value, event_type, namespace, sender, context, workflow_execution_id, sequence, create_time)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#published = connection.prepare('SELECT * FROM events WHERE sender = ? AND sequence = ?');
    this.#latest = connection.prepare<unknown[], number | null>('SELECT max(version) FROM events').pluck();
  }

  /** Appends an event, or gives the one that its sender published under the same sequence before: then it is not new. */
  append(event: NewEvent, now: number): { readonly event: Event; readonly isNew: boolean } {
    const { key, value, eventType = 'UNDEFINED', namespace = 'default', sequence = null } = event;
    const sender = event.sender ?? null;
    const context = event.context ?? null;
    const workflowExecutionId = event.workflowExecutionId ?? null;
    if (sender !== null && sequence !== null) {
      const before = this.#published.get(sender, sequence);
      if (before !== undefined) return { event: toEvent(before), isNew: false };
    }
    const { lastInsertRowid } = this.#insert.run(
      key,
      value,
      eventType,
      namespace,
      sender,
      context,
      workflowExecutionId,
      sequence,
      now,
    );
    const version = Number(lastInsertRowid);
    const origin = { namespace, sender, context, workflowExecutionId };
    return { event: { version, key, value, eventType, ...origin, createTime: now }, isNew: true };
  }

  list(filter: EventFilter, limit: number): Event[] {
    const { where, parameters } = conditionOf(filter);
    const select = this.#prepared<EventRow>(`SELECT * FROM events ${where} ORDER BY version LIMIT ?`);
    return select.all(...parameters, limit).map(toEvent);
  }

  count(filter: EventFilter): number {
    const { where, parameters } = conditionOf(filter);
    const select = this.#prepared<{ readonly found: number }>(
      `SELECT count(*) AS found FROM events ${where}`,
    );
    return select.get(...parameters)?.found ?? 0;
  }

  latestVersion(): number {
    return this.#latest.get() ?? 0;
  }

  /** A listener asks the same question after every commit. There are as many texts as filters have shapes. */
  #prepared<Row>(text: string): Database.Statement<unknown[], Row> {
    const found = this.#questions.get(text) ?? this.#connection.prepare(text);
    this.#questions.set(text, found);
    return found as Database.Statement<unknown[], Row>;
  }
}

/** The filter as SQL. Values are bound, never written into the text; `*` asks for nothing. */
function conditionOf(filter: EventFilter): { where: string; parameters: unknown[] } {
  const conditions: string[] = [];
  const parameters: unknown[] = [];
  const keys = typeof filter.key === 'string' ? [filter.key] : filter.key;
  if (keys !== undefined && !keys.includes('*')) {
    conditions.push('key IN (SELECT value FROM json_each(?))');
    parameters.push(JSON.stringify(keys));
  }
  for (const [column, wanted] of [
    ['event_type', filter.eventType],
    ['namespace', filter.namespace],
    ['sender', filter.sender],
    ['workflow_execution_id', filter.workflowExecutionId],
  ]) {
    if (wanted === undefined || wanted === '*') continue;
    conditions.push(`${column} = ?`);
    parameters.push(wanted);
  }
  if (filter.afterVersion !== undefined) {
    conditions.push('version > ?');
    parameters.push(filter.afterVersion);
  }
  if (filter.beginTime !== undefined) {
    conditions.push('create_time >= ?');
    parameters.push(filter.beginTime);
  }
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, parameters };
}

export function toEvent(row: EventRow): Event {
  return {
    version: row.version,
    key: row.key,
    value: row.value,
    eventType: row.event_type,
    namespace: row.namespace,
    sender: row.sender,
    context: row.context,
    workflowExecutionId: row.workflow_execution_id,
    createTime: row.create_time,
  };
}
