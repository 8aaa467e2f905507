import type { Event, EventFilter } from '@aiflow/core';

/** Who listens is rarely further behind than this; else the database is asked. */
const most = 5000;
/** In characters, of all that is kept: an event may say very much. */
const mostText = 8_000_000;

/** The newest events that are durable, so that those who listen need not ask the database after every commit. */
export class EventTail {
  /** Without a gap, oldest first; up to twice as many as are kept, so that they are seldom moved. */
  #events: Event[] = [];
  /** How many characters their values have. */
  #text = 0;
  #latest: number;

  constructor(latestVersion: number) {
    this.#latest = latestVersion;
  }

  get latestVersion(): number {
    return this.#latest;
  }

  /** A commit that took effect and was reported as failed leaves a gap: what lies before it is the database's to tell. */
  append(events: readonly Event[]): void {
    const [first] = events;
    if (first !== undefined && first.version !== this.#latest + 1) {
      this.#events = [];
      this.#text = 0;
    }
    for (const event of events) {
      this.#events.push(event);
      this.#text += event.value.length;
    }
    this.#latest = events.at(-1)?.version ?? this.#latest;
    if (this.#events.length > 2 * most || this.#text > 2 * mostText) this.#forgetOldest();
  }

  /** All up to this version are durable, and some of them may not have been appended: those are the database's to tell. */
  reach(version: number): void {
    if (version <= this.#latest) return;
    this.#events = [];
    this.#text = 0;
    this.#latest = version;
  }

  /** All after `version`, oldest first; null when some of them are not kept any more. */
  after(version: number): readonly Event[] | null {
    if (version >= this.#latest) return [];
    const [oldest] = this.#events;
    if (oldest === undefined || oldest.version > version + 1) return null;
    return this.#events.slice(version + 1 - oldest.version);
  }

  #forgetOldest(): void {
    const kept: Event[] = [];
    this.#text = 0;
    for (const event of this.#events.toReversed()) {
      if (kept.length === most || this.#text + event.value.length > mostText) break;
      kept.push(event);
      this.#text += event.value.length;
    }
    this.#events = kept.reverse();
  }
}

/** Whether an event is wanted; says the same as the database's own selection. */
export function isWanted(event: Event, filter: EventFilter): boolean {
  const { key, eventType, namespace, sender, workflowExecutionId, afterVersion, beginTime } = filter;
  const keys = typeof key === 'string' ? [key] : key;
  return (
    (keys === undefined || keys.includes('*') || keys.includes(event.key)) &&
    isSame(event.eventType, eventType) &&
    isSame(event.namespace, namespace) &&
    isSame(event.sender, sender) &&
    isSame(event.workflowExecutionId, workflowExecutionId) &&
    (afterVersion === undefined || event.version > afterVersion) &&
    (beginTime === undefined || event.createTime >= beginTime)
  );
}

function isSame(found: string | null, wanted: string | undefined): boolean {
  return wanted === undefined || wanted === '*' || found === wanted;
}
