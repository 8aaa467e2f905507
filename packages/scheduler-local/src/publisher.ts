import type { Event, Logger, NewEvent, RuleAction, Status } from '@aiflow/core';
import { datasetEventType, firstActions, messageOf, statusEventTypes } from '@aiflow/core';
import type { LiveAttempt, LiveExecution, LiveState } from './live/live-state.ts';
import type { Store } from './store/store.ts';

interface Untold {
  readonly event: Event;
  /** The execution whose rules are told, or all that the event belongs to. */
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
    };
    const appended = this.#store.events.append(event, now);
    if (isTold) this.#untold.push({ event: appended.event, to: execution });
  }

  workflowStatus(
    { projectName, workflowName, executionId }: LiveExecution,
    status: Status,
    now: number,
  ): void {
    const event = {
      key: workflowName,
      value: status,
      eventType: statusEventTypes.workflow,
      namespace: projectName,
    };
    this.publish({ ...event, sender: executionId }, now);
  }

  /** Says of each dataset that a job writes that it changed. */
  datasets({ execution, jobName }: LiveAttempt, now: number): void {
    for (const { name, uri } of execution.version.jobs.get(jobName)?.outputDatasets ?? []) {
      this.publish(
        { key: name, value: uri, eventType: datasetEventType, sender: execution.executionId },
        now,
      );
    }
  }

  /**
   * An event of somebody else's. One that was there already (same sender and sequence) is not told again, and what
   * claims to be the status of a job is only written down: of jobs rules believe the scheduler alone.
   */
  publish(event: NewEvent, now: number): Event {
    const appended = this.#store.events.append(event, now);
    if (appended.isNew && event.eventType !== statusEventTypes.job) {
      this.#untold.push({ event: appended.event, to: 'all' });
    }
    return appended.event;
  }

  get hasUntold(): boolean {
    return this.#untold.length > 0;
  }

  /** Tells what was published, also what is published meanwhile, and hands over what the rules ask for. */
  tell(live: LiveState, act: (execution: LiveExecution, action: RuleAction) => void): void {
    // The list grows while it is walked: what a rule starts is an event that other rules may wait for.
    for (const { event, to } of this.#untold) {
      for (const execution of to === 'all' ? this.#listenersOf(event, live) : [to]) {
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

  #listenersOf(event: Event, live: LiveState): readonly LiveExecution[] {
    return live.listeners.of(event, ({ versionId }, error) => {
      this.#logger.error(
        `to which executions event ${event.version} belongs could not be found out: ${messageOf(error)}; ` +
          'no rule of that workflow is told of it',
        { versionId },
      );
    });
  }
}
