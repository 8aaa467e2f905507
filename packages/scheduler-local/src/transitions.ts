import type { Clock, Event, JobResult, Logger, NewEvent, RuleAction, StatusReason } from '@aiflow/core';
import { AttemptSteps } from './attempt-steps.ts';
import { finalStatus, isOver } from './execution-end.ts';
import { executionId as newExecutionId } from './ids.ts';
import { takeDueTicks, takeUpSchedules } from './job-ticks.ts';
import type { LiveAttempt, LiveExecution } from './live/live-state.ts';
import { LiveState } from './live/live-state.ts';
import type { PlaceLimits } from './live/places.ts';
import type { OutboxItem } from './outbox/outbox-file.ts';
import { Publisher } from './publisher.ts';
import type { AttemptPlace } from './store/attempts.ts';
import type { ExecutionRow, NewExecution } from './store/executions.ts';
import type { Store } from './store/store.ts';

/** What is to be done outside once the transaction has been committed. It can be told again from the database. */
export type Command =
  | { readonly kind: 'start'; readonly attemptId: string }
  /** An attempt that has not begun is ended by whoever carries this out: there is nothing to stop. */
  | { readonly kind: 'stop'; readonly attemptId: string }
  /** A file of an outbox whose event was taken. */
  | { readonly kind: 'remove'; readonly path: string; readonly identity: string };

/** What a transaction asks for once it has been committed. */
export interface Consequences {
  readonly commands: Command[];
  /** The ids of the attempts and executions that ended. */
  readonly ended: string[];
}

/** How an attempt ended, as far as whoever followed it knows. */
export interface AttemptEnding {
  readonly result: JobResult;
  readonly reason: StatusReason | null;
  readonly logDir: string | null;
  /** Of one that was lost: whether it was looked for and nothing of it is left. */
  readonly isGone?: boolean;
}

export interface TransitionsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: PlaceLimits;
  readonly logger: Logger;
}

/**
 * The transitions of executions and attempts, each with what follows from it: the event, the rules' state, attempts
 * that start or stop, the end of the execution. All methods write, and so are called within a transaction only;
 * they ask nothing, for what is allowed was checked by the caller.
 */
export class Transitions {
  #live: LiveState;
  #consequences: Consequences = { commands: [], ended: [] };
  /** The executions that may be over now. */
  readonly #perhapsOver = new Set<LiveExecution>();
  readonly #parts: TransitionsParts;
  readonly #store: Store;
  readonly #publisher: Publisher;
  readonly #steps: AttemptSteps;

  constructor(parts: TransitionsParts) {
    const { store, clock, limits, logger } = parts;
    this.#parts = parts;
    this.#store = store;
    this.#publisher = new Publisher(store, logger);
    this.#live = new LiveState(store, limits, clock);
    this.#steps = new AttemptSteps({
      store,
      clock,
      publisher: this.#publisher,
      live: () => this.#live,
      command: (command) => this.#consequences.commands.push(command),
    });
  }

  get live(): LiveState {
    return this.#live;
  }

  /** After a commit: what it asks for, once. */
  takeConsequences(): Consequences {
    const taken = this.#consequences;
    this.#consequences = { commands: [], ended: [] };
    return taken;
  }

  /** After a rollback: nothing of it happened. */
  forget(): void {
    this.#consequences = { commands: [], ended: [] };
    this.#publisher.forget();
    this.#perhapsOver.clear();
    this.#live = new LiveState(this.#store, this.#parts.limits, this.#parts.clock);
  }

  /** Fills the places that are free, as after a restart. */
  resume(): void {
    this.#settle();
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
        this.#publisher.publish({ ...event, sender, context: execution.context }, now);
      }
      this.#consequences.commands.push({ kind: 'remove', path, identity });
    }
    this.#settle();
  }

  /** One for which there is no room beside the others of its workflow waits until there is. */
  startExecution(request: Omit<NewExecution, 'executionId' | 'startedAt'>): ExecutionRow {
    const now = this.#steps.now();
    const executionId = newExecutionId(now);
    const { executions: limit = Infinity } = this.#live.version(request.versionId).limits;
    const startedAt = this.#live.runningOf(request.projectName, request.workflowName) < limit ? now : null;
    this.#store.executions.insert({ ...request, executionId, startedAt });
    const execution = this.#live.addExecution(this.executionRow(executionId));
    if (execution.waiting) this.#publisher.workflowStatus(execution, 'INIT', now);
    else this.#startJobs(execution, now);
    this.#settle();
    return this.executionRow(executionId);
  }

  /** Stops all that has not ended of it and lets no rule act in it any more. */
  stopExecution(execution: LiveExecution): void {
    if (!execution.stopping) {
      execution.stopping = true;
      this.#store.executions.setStatus(execution.seq, 'RUNNING', 'stopping', null);
    }
    for (const attempt of execution.open.values()) this.#steps.stop(attempt, 'stop');
    this.#perhapsOver.add(execution);
    this.#settle();
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

  /** Its job was submitted. Nothing when it has ended meanwhile. */
  attemptRuns(attemptId: string, place: AttemptPlace): void {
    const attempt = this.#live.attempts.get(attemptId);
    if (attempt === undefined || attempt.status !== 'INIT') return;
    this.#steps.run(attempt, place);
    this.#settle();
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
    this.#perhapsOver.add(execution);
    this.#settle();
  }

  /** In how many milliseconds something is due; null when nothing is. */
  nextDue(): number | null {
    const { clock } = this.#parts;
    const [attempt, tick] = [this.#live.timetable.next(), this.#live.ticks.next()];
    const waits = [
      attempt === null ? Infinity : attempt - clock.monotonic(),
      tick === null ? Infinity : tick - clock.now(),
    ];
    const wait = Math.min(...waits);
    return wait === Infinity ? null : Math.max(0, wait);
  }

  /** Does what is due: retries enter the queue, what takes too long is stopped, and jobs begin anew by their schedules. */
  fallDue(): void {
    const now = this.#parts.clock.monotonic();
    for (let due = this.#live.timetable.take(now); due !== null; due = this.#live.timetable.take(now)) {
      if (due.begun) this.#steps.timeOut(due);
      else if (due.stopFor === null) this.#steps.enqueue(due);
    }
    takeDueTicks(this.#store, this.#live, this.#steps.now(), (execution, jobName) =>
      this.#act(execution, { jobName, action: 'RESTART' }),
    );
    this.#settle();
  }

  executionRow(executionId: string): ExecutionRow {
    const row = this.#store.executions.get(executionId);
    if (row === null) throw new Error(`execution ${executionId} is not in the database`);
    return row;
  }

  /** Follows what was published to its end: rules, then executions that are over, then free places. */
  #settle(): void {
    do {
      this.#publisher.tell(this.#live, (execution, action) => this.#act(execution, action));
      for (const execution of this.#perhapsOver) if (isOver(execution)) this.#endExecution(execution);
      this.#perhapsOver.clear();
    } while (this.#publisher.hasUntold); // for the end of an execution is an event too
    const { places } = this.#live;
    for (let next = places.next(); next !== null; next = places.next()) this.#steps.begin(next);
  }

  #act(execution: LiveExecution, { jobName, action }: RuleAction): void {
    const open = execution.open.get(jobName);
    if (open === undefined) {
      // Of an attempt that was lost something may still run: a person may say that it is gone, a rule may not.
      const mayRun = execution.latest.get(jobName)?.mayRun === true;
      if (action !== 'STOP' && !mayRun) this.#steps.add(execution, jobName);
    } else if (action === 'STOP') {
      this.#steps.stop(open, 'stop');
    } else if (action === 'RESTART' && (open.stopFor === null || open.stopFor === 'timeout')) {
      this.#restart(open); // one that somebody stops stays stopped: the stop came first
    }
  }

  #restart(attempt: LiveAttempt): void {
    if (attempt.begun || attempt.stopFor !== null) this.#steps.stop(attempt, 'restart');
    else if (attempt.dueAt !== null) this.#steps.enqueue(attempt);
  }

  #startJobs(execution: LiveExecution, now: number): void {
    this.#publisher.workflowStatus(execution, 'RUNNING', now);
    for (const jobName of execution.version.startJobs) this.#steps.add(execution, jobName);
    takeUpSchedules(this.#store, this.#live, execution, now);
    this.#perhapsOver.add(execution);
  }

  #endExecution(execution: LiveExecution): void {
    const now = this.#steps.now();
    const status = finalStatus(execution);
    const reason = status === 'KILLED' && execution.stopping ? 'stopped' : null;
    this.#store.executions.setStatus(execution.seq, status, reason, now);
    this.#store.ruleMarks.clearExecution(execution.seq);
    this.#store.jobTicks.clearExecution(execution.seq);
    this.#live.removeExecution(execution);
    this.#publisher.workflowStatus(execution, status, now);
    this.#consequences.ended.push(execution.executionId);
    this.#beginWaiting(execution);
  }

  /** Begins those that waited for an execution of their workflow to end, as far as there is room. */
  #beginWaiting({ projectName, workflowName }: LiveExecution): void {
    const now = this.#steps.now();
    for (;;) {
      const next = this.#live.firstWaiting(projectName, workflowName);
      const limit = next?.version.limits.executions ?? Infinity;
      if (next === null || this.#live.runningOf(projectName, workflowName) >= limit) return;
      this.#live.beginExecution(next);
      this.#store.executions.begin(next.seq, now);
      this.#startJobs(next, now);
    }
  }
}
