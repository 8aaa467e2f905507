import type { Event, Logger, NewEvent, RuleAction, Status } from '@aiflow/core';
import { datasetEventType, firstActions, messageOf, statusEventTypes } from '@aiflow/core';
import type { Home } from './live/home.ts';
import { homeOf, isAtHome } from './live/home.ts';
import type { LiveAttempt, LiveExecution } from './live/live-execution.ts';
import type { LiveState } from './live/live-state.ts';
import type { Store } from './store/store.ts';

/** Does what a rule of a job asks for. */
type Act = (execution: LiveExecution, action: RuleAction) => void;

interface Untold {
  readonly event: Event;
  /** The execution whose rules are told, or all that the event belongs to. */
  readonly to: LiveExecution | 'all';
  readonly home: Home | null;
}

/**
 * Appends events to the log and tells them to the rules: each the very event that was appended, in the order of their
 * versions, in the same transaction.
 */
export class Publisher {
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #live: () => LiveState;
  #untold: Untold[] = [];
  #published: Event[] = [];

  constructor(store: Store, logger: Logger, live: () => LiveState) {
    this.#store = store;
    this.#logger = logger;
    this.#live = live;
  }

  /** Only the rules of its own execution are told of it, if any. */
  jobStatus(
    { execution, jobName, attemptId }: LiveAttempt,
    status: Status,
    now: number,
    { isTold = true }: { readonly isTold?: boolean } = {},
  ): void {
    const event = {
      key: jobName,
      value: status,
      eventType: statusEventTypes.job,
      namespace: execution.projectName,
      sender: execution.executionId,
      context: attemptId,
      workflowExecutionId: execution.executionId,
    };
    const appended = this.#append(event, now);
    if (isTold) this.#untold.push({ event: appended.event, to: execution, home: execution });
  }

  workflowStatus(execution: LiveExecution, status: Status, now: number): void {
    const { projectName, workflowName, executionId } = execution;
    const event = {
      key: workflowName,
      value: status,
      eventType: statusEventTypes.workflow,
      namespace: projectName,
    };
    const sent = { ...event, sender: executionId, workflowExecutionId: executionId };
    this.#untold.push({ event: this.#append(sent, now).event, to: 'all', home: execution });
  }

  /** Says of each dataset that a job writes that it changed. */
  datasets({ execution, jobName }: LiveAttempt, now: number): void {
    const { executionId } = execution;
    for (const { name, uri } of execution.version.jobs.get(jobName)?.outputDatasets ?? []) {
      this.publish(
        {
          key: name,
          value: uri,
          eventType: datasetEventType,
          sender: executionId,
          workflowExecutionId: executionId,
        },
        now,
      );
    }
  }

  /**
   * An event of somebody else's. One that was there already (same sender and sequence) is not told again. What claims to
   * be the status of a job is only written down: of jobs rules believe the scheduler alone. So is an event of an
   * execution that is not known: of which workflow it must reach no other execution cannot be said.
   */
  publish(event: NewEvent, now: number): Event {
    const appended = this.#append(event, now);
    if (appended.isNew && event.eventType !== statusEventTypes.job) {
      const home = homeOf(appended.event, this.#live(), this.#store);
      if (home !== undefined) this.#untold.push({ event: appended.event, to: 'all', home });
    }
    return appended.event;
  }

  get hasUntold(): boolean {
    return this.#untold.length > 0;
  }

  /**
   * Tells what was published, also what is published meanwhile, and hands over what the rules ask for. `later` takes
   * each event that belongs to more than one execution, for those that cannot be told of it now.
   */
  tell(act: Act, later: (event: Event, home: Home | null) => void): void {
    // The list grows while it is walked: what a rule starts is an event that other rules may wait for.
    for (const { event, to, home } of this.#untold) {
      if (to !== 'all') {
        this.tellOne(to, event, act);
      } else {
        for (const execution of this.#listenersOf(event, home)) this.tellOne(execution, event, act);
        later(event, home);
      }
    }
    this.#untold = [];
  }

  /** Tells the rules of one execution. For one that has not begun it is kept until it does: {@link tellKept}. */
  tellOne(execution: LiveExecution, event: Event, act: Act): void {
    if (execution.stopping) return;
    if (execution.waiting) {
      const isFor = execution.version.rules.matching(event).length > 0;
      if (isFor) this.#store.keptEvents.add(execution.seq, event.version);
      return;
    }
    const { fired, changes } = execution.memory.apply(event);
    // A function of the project takes its time, and what the execution itself comes to is told meanwhile.
    const isOrdered = execution.version.contextOf !== null;
    if (changes.length > 0) this.#store.ruleMarks.apply(execution.seq, changes, { isOrdered });
    for (const action of firstActions(fired)) act(execution, action);
  }

  /** What was appended since this was last asked, in the order of the log. */
  takePublished(): readonly Event[] {
    const taken = this.#published;
    this.#published = [];
    return taken;
  }

  /** Tells an execution that begins what came for it before, in order. */
  tellKept(execution: LiveExecution, act: Act): void {
    for (const event of this.#store.keptEvents.ofExecution(execution.seq))
      this.tellOne(execution, event, act);
    this.#store.keptEvents.clearExecution(execution.seq);
  }

  /** After a rollback: nothing of it was published. */
  forget(): void {
    this.#untold = [];
    this.#published = [];
  }

  #append(event: NewEvent, now: number): ReturnType<Store['events']['append']> {
    const appended = this.#store.events.append(event, now);
    if (appended.isNew) this.#published.push(appended.event);
    return appended;
  }

  /** An extractor that throws hides the event from its own workflow version and from nobody else. */
  #listenersOf(event: Event, home: Home | null): readonly LiveExecution[] {
    const { listeners, executions } = this.#live();
    const own = home === null ? undefined : executions.get(home.executionId);
    const others = listeners.hearing(event).flatMap((version) => {
      const { versionId, contextOf } = version;
      if (contextOf === null || isAtHome(version, home)) return [];
      try {
        return listeners.of(versionId, contextOf(event));
      } catch (error) {
        this.#store.untoldEvents.park(versionId, event.version, messageOf(error));
        this.#logger.error(parkedMessage(event, messageOf(error)), { versionId });
        return [];
      }
    });
    return own === undefined ? others : [own, ...others];
  }
}

/** Says of an event that nobody can tell where it belongs. */
export function parkedMessage({ version }: Event, reason: string): string {
  return `to which executions event ${version} belongs could not be found out: ${reason}; it is parked, and no rule of that workflow is told of it`;
}
