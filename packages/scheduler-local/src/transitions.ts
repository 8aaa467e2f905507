import type {
  Event,
  FinalStatus,
  JobResult,
  Logger,
  NewEvent,
  RuleAction,
  Status,
  StatusReason,
} from '@aiflow/core';
import { attemptId as newAttemptId, executionId as newExecutionId } from './ids.ts';
import type { LiveAttempt, LiveExecution } from './live/live-state.ts';
import { LiveState } from './live/live-state.ts';
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

export interface TransitionsParts {
  readonly store: Store;
  /** Whole milliseconds since 1970. */
  readonly now: () => number;
  readonly maxRunning: number;
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
  readonly #store: Store;
  readonly #now: () => number;
  readonly #maxRunning: number;
  readonly #publisher: Publisher;

  constructor({ store, now, maxRunning, logger }: TransitionsParts) {
    this.#store = store;
    this.#now = now;
    this.#maxRunning = maxRunning;
    this.#publisher = new Publisher(store, logger);
    this.#live = new LiveState(store);
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
    this.#live = new LiveState(this.#store);
  }

  /** Fills the places that are free, as after a restart. */
  resume(): void {
    this.#settle();
  }

  /** Appends events from outside, and tells the rules of the executions that they belong to. */
  publish(events: readonly NewEvent[]): Event[] {
    const now = this.#now();
    const published = events.map((event) => this.#publisher.publish(event, now));
    this.#settle();
    return published;
  }

  /** Publishes what a job left in its outbox, each file once, with the job as the sender; then the files may go. */
  takeFromOutbox(attemptId: string, items: readonly OutboxItem[]): void {
    const attempt = this.#live.attempts.get(attemptId);
    if (attempt === undefined) return; // what it left was taken before its end
    const { seq, jobName: sender, execution } = attempt;
    const now = this.#now();
    for (const { path, identity, event } of items) {
      if (this.#store.outboxFiles.take(seq, identity)) {
        this.#publisher.publish({ ...event, sender, context: execution.context }, now);
      }
      this.#consequences.commands.push({ kind: 'remove', path, identity });
    }
    this.#settle();
  }

  startExecution(request: Omit<NewExecution, 'executionId' | 'startedAt'>): ExecutionRow {
    const now = this.#now();
    const executionId = newExecutionId(now);
    this.#store.executions.insert({ ...request, executionId, startedAt: now });
    const execution = this.#live.addExecution(this.executionRow(executionId));
    this.#publisher.workflowStatus(execution, 'RUNNING', now);
    for (const jobName of execution.version.startJobs) this.#addAttempt(execution, jobName, now);
    this.#perhapsOver.add(execution);
    this.#settle();
    return this.executionRow(executionId);
  }

  /** Stops all that has not ended of it and lets no rule act in it any more. */
  stopExecution(execution: LiveExecution): void {
    if (!execution.stopping) {
      execution.stopping = true;
      this.#store.executions.setStatus(execution.seq, 'RUNNING', 'stopping', null);
    }
    for (const attempt of execution.open.values()) this.#stop(attempt, false);
    this.#perhapsOver.add(execution);
    this.#settle();
  }

  /** Adds an attempt of a job that has none open; gives its `seq`. */
  startJob(execution: LiveExecution, jobName: string): number {
    const { seq } = this.#addAttempt(execution, jobName, this.#now());
    this.#settle();
    return seq;
  }

  stopJob(attempt: LiveAttempt): void {
    this.#stop(attempt, false);
  }

  /** Stops the attempt; its end brings the next one. One that waits in the queue is a fresh one already. */
  restartJob(attempt: LiveAttempt): void {
    if (attempt.begun || attempt.stopping) this.#stop(attempt, true);
  }

  /** Its job was submitted. Nothing when it has ended meanwhile. */
  attemptRuns(attemptId: string, place: AttemptPlace): void {
    const attempt = this.#live.attempts.get(attemptId);
    if (attempt === undefined || attempt.status !== 'INIT') return;
    attempt.status = 'RUNNING';
    attempt.outboxDir = place.outboxDir;
    this.#store.attempts.run(attempt.seq, place);
    this.#publisher.jobStatus(attempt, 'RUNNING', this.#now());
    this.#settle();
  }

  /** Nothing when it had ended: an attempt ends once. */
  attemptEnds(
    attemptId: string,
    result: JobResult,
    more: { reason: StatusReason | null; logDir: string | null },
  ): void {
    const attempt = this.#live.attempts.get(attemptId);
    if (attempt === undefined) return;
    const now = this.#now();
    const { execution, jobName, restart } = attempt;
    const reason = result.status === 'KILLED' && attempt.stopping ? 'stopped' : more.reason;
    this.#store.attempts.end(attempt.seq, { ...result, reason, endedAt: now, logDir: more.logDir });
    this.#store.outboxFiles.clear(attempt.seq);
    this.#live.endAttempt(attempt, result.status, reason === 'lost');
    this.#consequences.ended.push(attemptId);
    this.#publisher.jobStatus(attempt, result.status, now);
    if (result.status === 'FINISHED') this.#publisher.datasets(attempt, now);
    // The next attempt follows a stop that is confirmed; of one whose end is not known something may still run.
    if (restart && reason !== 'lost') this.#addAttempt(execution, jobName, now);
    this.#perhapsOver.add(execution);
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
    this.#fillPlaces();
  }

  #act(execution: LiveExecution, { jobName, action }: RuleAction): void {
    const open = execution.open.get(jobName);
    if (open === undefined) {
      // Of an attempt that was lost something may still run: a person may say that it is gone, a rule may not.
      const mayRun = execution.latest.get(jobName)?.lost === true;
      if (action !== 'STOP' && !mayRun) this.#addAttempt(execution, jobName, this.#now());
    } else if (action === 'STOP') {
      this.#stop(open, false);
    } else if (action === 'RESTART' && !open.stopping) {
      this.restartJob(open); // one that is being stopped stays stopped: the stop came first
    }
  }

  #fillPlaces(): void {
    while (this.#live.begun < this.#maxRunning) {
      const attempt = this.#live.queue.shift();
      if (attempt === undefined) return;
      if (attempt.stopping || !this.#live.attempts.has(attempt.attemptId)) continue;
      attempt.begun = true;
      this.#live.begun += 1;
      this.#store.attempts.begin(attempt.seq, this.#now());
      this.#consequences.commands.push({ kind: 'start', attemptId: attempt.attemptId });
    }
  }

  /** Enters it in the queue; the end of the transition gives it a place, if there is one. */
  #addAttempt(execution: LiveExecution, jobName: string, now: number): LiveAttempt {
    const attemptId = newAttemptId(now);
    const attemptNumber = (execution.latest.get(jobName)?.attemptNumber ?? 0) + 1;
    const row = { attemptId, executionSeq: execution.seq, jobName, attemptNumber };
    const attempt: LiveAttempt = {
      seq: this.#store.attempts.insert({ ...row, begunAt: null }),
      attemptId,
      attemptNumber,
      jobName,
      execution,
      status: 'INIT',
      begun: false,
      stopping: false,
      restart: false,
      outboxDir: null,
    };
    this.#live.addAttempt(attempt);
    this.#live.queue.push(attempt);
    this.#publisher.jobStatus(attempt, 'INIT', now);
    return attempt;
  }

  /**
   * Commands the stop, again when it was commanded before: the first one may have failed. Also one that only waits
   * in the queue ends in a transaction of its own: rules that start and stop each other would else never let this
   * one end.
   */
  #stop(attempt: LiveAttempt, restart: boolean): void {
    if (!attempt.stopping || attempt.restart !== restart) {
      attempt.stopping = true;
      attempt.restart = restart;
      this.#store.attempts.stop(attempt.seq, restart);
    }
    this.#consequences.commands.push({ kind: 'stop', attemptId: attempt.attemptId });
  }

  #endExecution(execution: LiveExecution): void {
    const now = this.#now();
    const status = finalStatus(execution);
    const reason = status === 'KILLED' && execution.stopping ? 'stopped' : null;
    this.#store.executions.setStatus(execution.seq, status, reason, now);
    this.#store.ruleMarks.clearExecution(execution.seq);
    this.#live.removeExecution(execution);
    this.#publisher.workflowStatus(execution, status, now);
    this.#consequences.ended.push(execution.executionId);
  }
}

/** Whether nothing of it is under way, and nothing can come to be. */
function isOver(execution: LiveExecution): boolean {
  return execution.open.size === 0 && (execution.stopping || !execution.version.isLongRunning);
}

/** A failure outweighs a stop, and a stop a good end. Only the latest attempt of each job counts. */
function finalStatus(execution: LiveExecution): FinalStatus {
  if (execution.failedJobs > 0) return 'FAILED';
  return execution.killedJobs > 0 || execution.stopping ? 'KILLED' : 'FINISHED';
}
