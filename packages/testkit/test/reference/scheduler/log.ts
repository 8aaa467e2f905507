import type { Event, EventFilter, EventLog, NewEvent } from '@aiflow/core';

/** What a log keeps, so that another one can go on with it. */
export interface LogStore {
  readonly events: Event[];
  readonly sequences: Map<string, Event>;
}

/** An event log in memory that keeps every promise. */
export class ReferenceLog implements EventLog {
  readonly #store: LogStore;
  readonly #closing: AbortController = new AbortController();
  #changed: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  readonly #now: () => number;
  readonly #told: (event: Event) => void;

  /** `told` is called for each event that is published and was not there before. */
  constructor(store: LogStore, now: () => number, told: (event: Event) => void) {
    this.#store = store;
    this.#now = now;
    this.#told = told;
  }

  async publish(events: readonly NewEvent[]): Promise<Event[]> {
    return events.map((event) => {
      const before = this.#store.events.length;
      const published = this.append(event);
      if (this.#store.events.length > before) this.#told(published);
      return published;
    });
  }

  append(event: NewEvent): Event {
    const {
      key,
      value,
      eventType = 'UNDEFINED',
      namespace = 'default',
      sender = null,
      context = null,
      workflowExecutionId = null,
      sequence,
    } = event;
    const once = sequence === undefined || sender === null ? null : JSON.stringify([sender, sequence]);
    const before = once === null ? undefined : this.#store.sequences.get(once);
    if (before !== undefined) return before;
    const version = this.#store.events.length + 1;
    const made: Event = {
      version,
      key,
      value,
      eventType,
      namespace,
      sender,
      context,
      workflowExecutionId,
      createTime: this.#now(),
    };
    this.#store.events.push(made);
    if (once !== null) this.#store.sequences.set(once, made);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
    return made;
  }

  async list(filter: EventFilter, { limit = 1000 }: { readonly limit?: number } = {}): Promise<Event[]> {
    return this.#store.events.filter((event) => matches(event, filter)).slice(0, limit);
  }

  async count(filter: EventFilter): Promise<number> {
    return (await this.list(filter, { limit: Infinity })).length;
  }

  async latestVersion(): Promise<number> {
    return this.#store.events.length;
  }

  async *listen(filter: EventFilter, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<Event> {
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    const end = new Promise<void>((resolve) =>
      ended.addEventListener('abort', () => resolve(), { once: true }),
    );
    for (let next = 0; !ended.aborted;) {
      const event = this.#store.events[next];
      if (event === undefined) {
        await Promise.race([this.#changed.promise, end]);
        continue;
      }
      next += 1;
      if (matches(event, filter)) yield event;
    }
  }

  close(): void {
    this.#closing.abort();
  }
}

function matches(event: Event, filter: EventFilter): boolean {
  const fits = (wanted: string | undefined, found: string | null): boolean =>
    wanted === undefined || wanted === '*' || wanted === found;
  const keys = filter.key === undefined || typeof filter.key === 'string' ? [filter.key] : filter.key;
  return (
    keys.some((key) => fits(key, event.key)) &&
    fits(filter.eventType, event.eventType) &&
    fits(filter.namespace, event.namespace) &&
    fits(filter.sender, event.sender) &&
    fits(filter.workflowExecutionId, event.workflowExecutionId) &&
    event.version > (filter.afterVersion ?? 0) &&
    event.createTime >= (filter.beginTime ?? 0)
  );
}
