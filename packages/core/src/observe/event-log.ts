import type { Event, NewEvent } from './event.ts';

/** Which events are wanted; what is left out, or `*`, matches everything. */
export interface EventFilter {
  readonly key?: string | readonly string[];
  readonly eventType?: string;
  readonly namespace?: string;
  readonly sender?: string;
  /** The execution that they were sent in. */
  readonly workflowExecutionId?: string;
  /** Only events with a higher version. */
  readonly afterVersion?: number;
  /** Only events created at this time or later, in milliseconds since 1970. */
  readonly beginTime?: number;
}

/** An append-only log: what it acknowledged is never lost, changed or put in another order. */
export interface EventLog {
  /** Appends the events, in order and together; resolves when they are durable, with their versions. */
  publish(events: readonly NewEvent[]): Promise<Event[]>;
  /** Oldest first; at most `limit` (1000 unless said). */
  list(filter: EventFilter, options?: { readonly limit?: number }): Promise<Event[]>;
  count(filter: EventFilter): Promise<number>;
  /** 0 for an empty log. */
  latestVersion(): Promise<number>;
  /**
   * First what is in the log, then what comes, without a gap or a repetition; ends when the signal aborts or the
   * log closes.
   */
  listen(filter: EventFilter, options: { readonly signal: AbortSignal }): AsyncIterable<Event>;
}
