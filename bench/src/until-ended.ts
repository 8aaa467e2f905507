import type { Event, Scheduler } from '@aiflow/core';
import { isFinal, statusEventTypes } from '@aiflow/core';

/** Waits for so many executions to end, of all that end after a version of the log; throws for one that did not finish. */
export async function untilEnded(
  scheduler: Scheduler,
  afterVersion: number,
  count: number,
): Promise<Event[]> {
  const stop = new AbortController();
  const ended: Event[] = [];
  const filter = { eventType: statusEventTypes.workflow, afterVersion };
  for await (const event of scheduler.events.listen(filter, { signal: stop.signal })) {
    if (!isFinal(event.value)) continue;
    if (event.value !== 'FINISHED') throw new Error(`execution ${event.sender} ended ${event.value}`);
    ended.push(event);
    if (ended.length === count) break;
  }
  return ended;
}
