import type { Event, EventFilter, EventLog, NewEvent } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import { isWanted } from './event-tail.ts';
import type { Session } from './session.ts';

const page = 500;

/** The scheduler's own log, in its own database: a transition and its event are committed together. */
export class LocalEventLog implements EventLog {
  readonly #session: () => Session;

  /** `session` throws `scheduler.closed` when the scheduler is not open. */
  constructor(session: () => Session) {
    this.#session = session;
  }

  async publish(events: readonly NewEvent[]): Promise<Event[]> {
    const { commit, transitions } = this.#session();
    events.forEach(checkEvent);
    return commit.run(() => transitions.publish(events));
  }

  async list(filter: EventFilter, options: { readonly limit?: number } = {}): Promise<Event[]> {
    return this.#session().read((store) => store.events.list(filter, options.limit ?? 1000));
  }

  async count(filter: EventFilter): Promise<number> {
    return this.#session().read((store) => store.events.count(filter));
  }

  async latestVersion(): Promise<number> {
    return this.#session().read((store) => store.events.latestVersion());
  }

  async *listen(
    filter: EventFilter,
    options: { readonly signal: AbortSignal },
  ): AsyncGenerator<Event, void, undefined> {
    const session = this.#session();
    const signal = AbortSignal.any([options.signal, session.closing]);
    let afterVersion = filter.afterVersion ?? 0;
    while (!signal.aborted) {
      const { latest, events } = await eventsAfter(session, { ...filter, afterVersion });
      for (const event of events) {
        if (signal.aborted) return;
        yield event;
      }
      afterVersion = Math.max(afterVersion, latest);
      if (events.length === 0) await session.untilPublished(afterVersion, signal);
    }
  }
}

/** The next wanted events, and up to which version that are all; from memory when they are new. */
async function eventsAfter(
  session: Session,
  filter: EventFilter & { readonly afterVersion: number },
): Promise<{ readonly latest: number; readonly events: readonly Event[] }> {
  const { tail } = session;
  const recent = tail.after(filter.afterVersion);
  if (recent !== null) {
    return { latest: tail.latestVersion, events: recent.filter((event) => isWanted(event, filter)) };
  }
  return session.read((store) => {
    // Both at the same time: what comes later is seen by the next round and not stepped over.
    const latest = store.events.latestVersion();
    const events = store.events.list(filter, page);
    return { latest: events.length < page ? latest : (events.at(-1)?.version ?? latest), events };
  });
}

/** What is published may come from plain JavaScript. */
function checkEvent(event: NewEvent): void {
  const { key, value, eventType = '', namespace = '', sequence } = event;
  const { sender = null, context = null, workflowExecutionId = null } = event;
  const notText =
    Object.entries({ key, value, eventType, namespace }).find(([, part]) => typeof part !== 'string') ??
    Object.entries({ sender, context, workflowExecutionId }).find(
      ([, part]) => typeof part !== 'string' && part !== null,
    );
  const wrong =
    (notText !== undefined && `${notText[0]} must be a string`) ||
    (sequence !== undefined && !Number.isSafeInteger(sequence) && 'sequence must be a whole number') ||
    (sequence !== undefined && sender === null && 'a sequence needs a sender, whose it is');
  if (wrong === false) return;
  throw new AIFlowError(
    'event.invalid',
    `the event ${JSON.stringify(key)} cannot be published: its ${wrong}`,
  );
}
