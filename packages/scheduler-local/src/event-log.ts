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
    checkEvents(events);
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

type Said = { readonly [Part in keyof NewEvent]?: unknown };

/** What is published may come from plain JavaScript. */
function checkEvents(events: readonly NewEvent[]): void {
  if (Array.isArray(events)) return events.forEach(checkEvent);
  throw new AIFlowError(
    'event.invalid',
    `events are published as a list: expected publish([{ key, value }]), and found ${kindOf(events)}`,
  );
}

function checkEvent(event: NewEvent): void {
  const said = Object(event) as Said;
  const wrong = wrongWith(said);
  if (wrong === null) return;
  const which = typeof said.key === 'string' ? `the event ${JSON.stringify(said.key)}` : 'an event';
  throw new AIFlowError('event.invalid', `${which} cannot be published: ${wrong}`);
}

function wrongWith(event: Said): string | null {
  const { key, value, eventType = '', namespace = '', sequence } = event;
  const { sender = null, context = null, workflowExecutionId = null } = event;
  const texts = { key, value, eventType, namespace };
  const notText =
    Object.entries(texts).find(([, part]) => typeof part !== 'string') ??
    Object.entries({ sender, context, workflowExecutionId }).find(
      ([, part]) => typeof part !== 'string' && part !== null,
    );
  if (notText !== undefined) return `its ${notText[0]} must be a string, and ${kindOf(notText[1])} is there`;
  if (sequence === undefined) return null;
  if (!Number.isSafeInteger(sequence)) return 'its sequence must be a whole number';
  return sender === null ? 'its sequence needs a sender, whose it is' : null;
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
