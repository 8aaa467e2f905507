import type { Event, Logger, NewEvent, RuleAction } from '@aiflow/core';
import { firstActions, messageOf } from '@aiflow/core';
import type { LiveExecution, LiveState } from './live/live-state.ts';
import type { Store } from './store/store.ts';

/** Whose rules are told of an event: those of one execution, of all that it belongs to, or nobody's. */
export type Audience = LiveExecution | 'all' | 'nobody';

interface Untold {
  readonly event: Event;
  readonly to: LiveExecution | 'all';
}

/**
 * Appends events to the log and tells them to the rules: each the very event that was appended, in the order of their
 * versions, in the same transaction.
 */
export class Publisher {
  readonly #store: Store;
  readonly #logger: Logger;
  #untold: Untold[] = [];

  constructor(store: Store, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  /** An event that was there already (same sender and sequence) is not told again. */
  publish(event: NewEvent, now: number, to: Audience): Event {
    const appended = this.#store.events.append(event, now);
    if (appended.isNew && to !== 'nobody') this.#untold.push({ event: appended.event, to });
    return appended.event;
  }

  get hasUntold(): boolean {
    return this.#untold.length > 0;
  }

  /** Tells what was published, also what is published meanwhile, and hands over what the rules ask for. */
  tell(live: LiveState, act: (execution: LiveExecution, action: RuleAction) => void): void {
    // The list grows while it is walked: what a rule starts is an event that other rules may wait for.
    for (const { event, to } of this.#untold) {
      for (const execution of to === 'all' ? this.#audienceOf(event, live) : [to]) {
        if (execution.stopping) continue;
        for (const action of this.#tellRules(execution, event)) act(execution, action);
      }
    }
    this.#untold = [];
  }

  /** After a rollback: nothing of it was published. */
  forget(): void {
    this.#untold = [];
  }

  #tellRules(execution: LiveExecution, event: Event): readonly RuleAction[] {
    const { fired, changes } = execution.memory.apply(event);
    if (changes.length > 0) this.#store.ruleMarks.apply(execution.seq, changes);
    return firstActions(fired);
  }

  #audienceOf(event: Event, live: LiveState): readonly LiveExecution[] {
    return live.listeners.of(event, ({ versionId }, error) => {
      this.#logger.error(
        `to which executions event ${event.version} belongs could not be found out: ${messageOf(error)}; ` +
          'no rule of that workflow is told of it',
        { versionId },
      );
    });
  }
}
