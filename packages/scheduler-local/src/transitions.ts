import type { Clock, Event, Logger, NewEvent, RuleAction } from '@aiflow/core';
import type { AttemptEnding } from './attempt-steps.ts';
import { AttemptSteps } from './attempt-steps.ts';
import type { Consequences } from './consequences.ts';
import { noConsequences } from './consequences.ts';
import type { ExecutionRequest } from './execution-steps.ts';
import { ExecutionSteps } from './execution-steps.ts';
import { takeDueTicks } from './job-ticks.ts';
import type { LiveAttempt, LiveExecution } from './live/live-execution.ts';
import { LiveState } from './live/live-state.ts';
import type { PlaceLimits } from './live/places.ts';
import type { OutboxItem } from './outbox/outbox-file.ts';
import { Publisher } from './publisher.ts';
import type { AttemptPlace } from './store/attempts.ts';
import type { ExecutionRow } from './store/executions.ts';
import type { Store } from './store/store.ts';
import type { Heard } from './workflow-steps.ts';
import { WorkflowSteps } from './workflow-steps.ts';

export interface TransitionsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: PlaceLimits;
  readonly logger: Logger;
  readonly startsByItself: boolean;
}

/**
 * The transitions of executions and attempts, each with what follows from it: the event, the rules' state, attempts
 * that start or stop, the end of the execution. All methods write, and so are called within a transaction only;
 * they ask nothing, for what is allowed was checked by the caller.
 */
export class Transitions {
  #live: LiveState;
  #consequences: Omit<Consequences, 'published'> = noConsequences();
  readonly #parts: TransitionsParts;
  readonly #store: Store;
  readonly #publisher: Publisher;
  readonly #steps: AttemptSteps;
  readonly #executions: ExecutionSteps;
  readonly #sought: Set<string>;
  /** Of the sought, those that have been looked for in this transaction. */
  #lookedFor: string[] = [];
  /** What workflows do as a whole, but for what follows from it: events are told by {@link hear}. */
  readonly workflows: WorkflowSteps;

  constructor(parts: TransitionsParts) {
    const { store, clock, limits, logger } = parts;
    this.#parts = parts;
    this.#store = store;
    this.#publisher = new Publisher(store, logger, () => this.#live);
    this.#live = new LiveState({ ...parts, sought: null });
    const isSought = [...this.#live.attempts.values()].filter((attempt) => attempt.isSought);
    this.#sought = new Set(isSought.map(({ attemptId }) => attemptId));
    this.#steps = new AttemptSteps({
      store,
      clock,
      publisher: this.#publisher,
      live: () => this.#live,
      command: (command) => this.#consequences.commands.push(command),
      startNow: (attemptId) => this.#consequences.startNow.push(attemptId),
    });
    this.#executions = new ExecutionSteps({
      store,
      publisher: this.#publisher,
      steps: this.#steps,
      live: () => this.#live,
      act: (execution, action) => this.#act(execution, action),
      ended: (executionId) => this.#consequences.ended.push(executionId),
    });
    this.workflows = new WorkflowSteps({
      store,
      logger,
      pools: Object.fromEntries(limits.pools),
      publisher: this.#publisher,
      executions: this.#executions,
      live: () => this.#live,
      act: (execution, action) => this.#act(execution, action),
      waits: (versionId) => this.#consequences.untold.add(versionId),
    });
  }

  get live(): LiveState {
    return this.#live;
  }

  /** After a commit: what it asks for, once. */
  takeConsequences(): Consequences {
    const taken = { ...this.#consequences, published: this.#publisher.takePublished() };
    this.#consequences = noConsequences();
    for (const attemptId of this.#lookedFor) this.#sought.delete(attemptId);
    this.#lookedFor = [];
    return taken;
  }

  /** After a rollback: nothing of it happened. */
  forget(): void {
    this.#consequences = noConsequences();
    this.#lookedFor = [];
    this.#publisher.forget();
    this.#executions.forget();
    this.#live = new LiveState({ ...this.#parts, sought: this.#sought });
  }

  /** Goes on with what the last process left: free places are filled, and events told that wait. */
  resume(): void {
    this.workflows.resume(this.#steps.now());
    this.#settle();
  }

  /** Tells a workflow version of events, in this order. */
  hear(versionId: number, heard: readonly Heard[]): void {
    for (const each of heard) {
      this.workflows.hear(versionId, each);
      this.#settle(); // what one starts is there for the next
    }
  }

  /** Appends events from outside, and tells the rules of the executions that they belong to. */
  publish(events: readonly NewEvent[]): Event[] {
    const now = this.#steps.now();
    const published = events.map((event) => this.#publisher.publish(event, now));
    this.#settle();
    return published;
  }

  /** Publishes what a job left in its outbox, each file once, with the job as the sender; then the files may go. */
  takeFromOutbox(attemptId: string, items: readonly OutboxItem[]): void {
    const attempt = this.#live.attempts.get(attemptId);
    if (attempt === undefined) return; // what it left was taken before its end
    const { seq, jobName: sender, execution } = attempt;
    const now = this.#steps.now();
    for (const { path, identity, event } of items) {
      if (this.#store.outboxFiles.take(seq, identity)) {
        const { context, executionId: workflowExecutionId } = execution;
        this.#publisher.publish({ ...event, sender, context, workflowExecutionId }, now);
      }
      this.#consequences.commands.push({ kind: 'remove', path, identity });
    }
    this.#settle();
  }

  /** One for which there is no room beside the others of its workflow waits until there is. */
  startExecution(request: ExecutionRequest): ExecutionRow {
    const { executionId } = this.#executions.add(request);
    this.#settle();
    return this.#executions.row(executionId);
  }

  /** Stops all that has not ended of it and lets no rule act in it any more. */
  stopExecution(execution: LiveExecution): void {
    this.#executions.stop(execution);
    this.#settle();
  }

  /** Whether rules and schedules act on a job of it from now on. */
  setScheduled(execution: LiveExecution, jobName: string, isScheduled: boolean): void {
    this.#executions.setScheduled(execution, jobName, isScheduled);
  }

  /** Adds an attempt of a job that has none open; gives its `seq`. */
  startJob(execution: LiveExecution, jobName: string): number {
    const { seq } = this.#steps.add(execution, jobName);
    this.#settle();
    return seq;
  }

  stopJob(attempt: LiveAttempt): void {
    this.#steps.stop(attempt, 'stop');
  }

  /** Stops the attempt; its end brings the next one. One that waits is a fresh one already, and need wait no longer. */
  restartJob(attempt: LiveAttempt): void {
    this.#restart(attempt);
    this.#settle();
  }

  /** One that was sought has been looked for: the last process had begun it, or it may begin now. */
  lookedFor(attemptId: string, isFound: boolean): void {
    const attempt = this.#live.attempts.get(attemptId);
    if (attempt === undefined || !attempt.isSought) return;
    this.#lookedFor.push(attemptId);
    if (isFound) this.#steps.found(attempt);
    else this.#steps.notFound(attempt);
    this.#settle();
  }

  /** Its job was submitted. Nothing when it has ended meanwhile. */
  attemptRuns(attemptId: string, place: AttemptPlace): void {
    const attempt = this.#live.attempts.get(attemptId);
    if (attempt === undefined || attempt.status !== 'INIT') return;
    this.#steps.run(attempt, place);
    this.#settle();
  }

  /** A short line about a job that runs. Nothing when it has ended meanwhile. */
  attemptSays(attemptId: string, label: string | null): void {
    const attempt = this.#live.attempts.get(attemptId);
    if (attempt !== undefined) this.#store.attemptLabels.set(attempt.seq, label);
  }

  /** Nothing when it had ended: an attempt ends once. */
  attemptEnds(attemptId: string, ending: AttemptEnding): void {
    const attempt = this.#live.attempts.get(attemptId);
    if (attempt === undefined) return;
    const { execution, jobName } = attempt;
    const retry = this.#steps.end(attempt, ending);
    this.#consequences.ended.push(attemptId);
    // A restart follows a stop that is confirmed; of one whose end is not known something may still run.
    const mayRun = execution.latest.get(jobName)?.mayRun === true;
    if (retry !== null) this.#steps.add(execution, jobName, retry);
    else if (attempt.stopFor === 'restart' && !mayRun) this.#steps.add(execution, jobName);
    this.#executions.mayBeOver(execution);
    this.#settle();
  }

  /** In how many milliseconds something is due; null when nothing is. */
  nextDue(): number | null {
    const { clock } = this.#parts;
    const { timetable, ticks, workflows } = this.#live;
    const attempt = timetable.next() ?? Infinity;
    const tick = Math.min(ticks.next() ?? Infinity, workflows.ticks.next() ?? Infinity);
    const wait = Math.min(attempt - clock.monotonic(), tick - clock.now());
    return wait === Infinity ? null : Math.max(0, wait);
  }

  /** Does what is due: retries enter the queue, what takes too long is stopped, and jobs and workflows begin by their schedules. */
  fallDue(): void {
    const now = this.#parts.clock.monotonic();
    for (let due = this.#live.timetable.take(now); due !== null; due = this.#live.timetable.take(now)) {
      if (due.begun) this.#steps.timeOut(due);
      else if (due.stopFor === null) this.#steps.enqueue(due);
    }
    takeDueTicks(this.#store, this.#live, this.#steps.now(), (execution, jobName) =>
      this.#act(execution, { jobName, action: 'RESTART' }),
    );
    this.workflows.takeDueTicks(this.#steps.now());
    this.#settle();
  }

  /** Follows what was published to its end: rules, then executions that are over, then free places. */
  #settle(): void {
    do {
      this.#publisher.tell(
        (execution, action) => this.#act(execution, action),
        (event, home) => this.workflows.enqueue(event, home),
      );
      this.#executions.endThoseOver();
    } while (this.#publisher.hasUntold); // for the end of an execution is an event too
    const { places } = this.#live;
    for (let next = places.next(); next !== null; next = places.next()) this.#steps.begin(next);
    for (const attempt of places.upcoming()) {
      if (attempt.isGranted) continue;
      this.#store.attempts.grant(attempt.seq);
      this.#consequences.granted.push(attempt);
    }
  }

  /** What a rule or a schedule asks for. */
  #act(execution: LiveExecution, { jobName, action }: RuleAction): void {
    if (execution.unscheduled.has(jobName)) return;
    const open = execution.open.get(jobName);
    if (open === undefined) {
      // Of an attempt that was lost something may still run: a person may say that it is gone, a rule may not.
      const mayRun = execution.latest.get(jobName)?.mayRun === true;
      if (action !== 'STOP' && !mayRun) this.#steps.add(execution, jobName);
    } else if (action === 'STOP') {
      if (open.stopFor !== 'stop') this.#steps.stop(open, 'rule'); // else a person did, and that counts
    } else if (action === 'RESTART' && (open.stopFor === null || open.stopFor === 'timeout')) {
      this.#restart(open); // one that somebody stops stays stopped: the stop came first
    }
  }

  #restart(attempt: LiveAttempt): void {
    const mayRun = attempt.begun || attempt.isSought;
    if (mayRun || attempt.stopFor !== null) this.#steps.stop(attempt, 'restart');
    else if (attempt.dueAt !== null) this.#steps.enqueue(attempt);
  }
}
