import type { Clock, JobConfig, JobResult, StatusReason } from '@aiflow/core';
import { retryDelayMs } from '@aiflow/core';
import type { Command } from './consequences.ts';
import { attemptId as newAttemptId } from './ids.ts';
import type { LiveAttempt, LiveExecution, StopPurpose } from './live/live-execution.ts';
import type { LiveState } from './live/live-state.ts';
import type { Publisher } from './publisher.ts';
import type { AttemptPlace } from './store/attempts.ts';
import type { Store } from './store/store.ts';

/** How an attempt ended, as far as whoever followed it knows. */
export interface AttemptEnding {
  readonly result: JobResult;
  readonly reason: StatusReason | null;
  readonly logDir: string | null;
  /** Of one that was lost: whether it was looked for and nothing of it is left. */
  readonly isGone?: boolean;
}

export interface AttemptStepsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly live: () => LiveState;
  readonly command: (command: Command) => void;
  /** Takes the command to start one that is granted: it may be carried out before its transaction is durable. */
  readonly startNow: (attemptId: string) => void;
}

/** A stop for a timeout that was not confirmed is asked for again after this time. */
const stopAgainMs = 30_000;

/** The steps of one attempt's life, each written down, kept in memory and published. Rules and limits come later. */
export class AttemptSteps {
  readonly #parts: AttemptStepsParts;

  constructor(parts: AttemptStepsParts) {
    this.#parts = parts;
  }

  /** Whole milliseconds since 1970. */
  now(): number {
    return Math.trunc(this.#parts.clock.now());
  }

  /** A new attempt of a job that has none open. It waits in the queue; a retry first waits for its time. */
  add(execution: LiveExecution, jobName: string, retry: Retry | null = null): LiveAttempt {
    const { store, publisher, live } = this.#parts;
    const now = this.now();
    const attemptId = newAttemptId(now);
    const attemptNumber = (execution.latest.get(jobName)?.attemptNumber ?? 0) + 1;
    const retryNumber = retry?.number ?? 0;
    const dueAt = retry === null ? null : now + retry.delayMs;
    const row = { attemptId, executionSeq: execution.seq, jobName, attemptNumber, retryNumber, dueAt };
    const attempt: LiveAttempt = {
      seq: store.attempts.insert(row),
      attemptId,
      attemptNumber,
      retryNumber,
      jobName,
      execution,
      status: 'INIT',
      begun: false,
      isGranted: false,
      isSought: false,
      stopFor: null,
      dueAt: null,
      outboxDir: null,
    };
    live().addAttempt(attempt);
    if (retry === null) live().places.enter(attempt);
    else this.#setDue(attempt, retry.delayMs);
    publisher.jobStatus(attempt, 'INIT', now);
    return attempt;
  }

  /** A retry need not wait for its time any more. */
  enqueue(attempt: LiveAttempt): void {
    attempt.dueAt = null;
    this.#parts.store.attempts.enqueue(attempt.seq);
    this.#parts.live().places.enter(attempt);
  }

  /** It has a place: its start is commanded. */
  begin(attempt: LiveAttempt): void {
    this.#begun(attempt);
    if (attempt.isGranted) this.#parts.startNow(attempt.attemptId);
    else this.#parts.command({ kind: 'start', attemptId: attempt.attemptId });
  }

  /** The last process had begun it: it has a place, and nothing is to be done. */
  found(attempt: LiveAttempt): void {
    attempt.isSought = false;
    this.#begun(attempt);
    this.#parts.live().places.occupy(attempt);
  }

  /** The last process had not begun it: it enters the queue again. */
  notFound(attempt: LiveAttempt): void {
    attempt.isSought = false;
    this.#parts.live().places.enter(attempt);
  }

  #begun(attempt: LiveAttempt): void {
    attempt.begun = true;
    this.#parts.store.attempts.begin(attempt.seq, this.now());
  }

  /** Its job was submitted: from now on it has the time that it may take. */
  run(attempt: LiveAttempt, place: AttemptPlace): void {
    const now = this.now();
    const timeoutMs = configOf(attempt)?.timeoutMs ?? null;
    attempt.status = 'RUNNING';
    attempt.outboxDir = place.outboxDir;
    this.#parts.store.attempts.run(attempt.seq, place, timeoutMs === null ? null : now + timeoutMs);
    if (timeoutMs !== null) this.#setDue(attempt, timeoutMs);
    this.#parts.publisher.jobStatus(attempt, 'RUNNING', now);
  }

  /** It has run for as long as it may: it is stopped, and asked again until it has ended. */
  timeOut(attempt: LiveAttempt): void {
    this.#setDue(attempt, stopAgainMs);
    this.stop(attempt, attempt.stopFor ?? 'timeout');
  }

  /**
   * Commands the stop, again when it was commanded before: the first one may have failed. Also one that only waits
   * in the queue ends in a transaction of its own: rules that start and stop each other would else never let this
   * one end.
   */
  stop(attempt: LiveAttempt, purpose: StopPurpose): void {
    if (attempt.stopFor !== purpose) {
      attempt.stopFor = purpose;
      this.#parts.store.attempts.stop(attempt.seq, purpose);
      if (!attempt.begun) this.#parts.live().places.giveUp(attempt);
    }
    this.#parts.command({ kind: 'stop', attemptId: attempt.attemptId });
  }

  /**
   * Writes down how it ended, and publishes that; gives the retry that is to follow. The failure before a retry is in
   * the log, and no rule is told of it: to rules a job has failed when it has failed for good.
   */
  end(attempt: LiveAttempt, ending: AttemptEnding): Retry | null {
    const { store, publisher, live } = this.#parts;
    const now = this.now();
    const { result, reason } = conclude(attempt, ending);
    const { status } = result;
    store.attempts.end(attempt.seq, { ...result, reason, endedAt: now, logDir: ending.logDir });
    store.outboxFiles.clear(attempt.seq);
    live().endAttempt(attempt, status, reason);
    // Of one that was lost something may still run, unless it was looked for and is gone.
    const mayRetry = status === 'FAILED' && (reason !== 'lost' || ending.isGone === true);
    const retry = mayRetry ? retryOf(attempt) : null;
    publisher.jobStatus(attempt, status, now, { isTold: retry === null });
    if (status === 'FINISHED') publisher.datasets(attempt, now);
    return retry;
  }

  #setDue(attempt: LiveAttempt, milliseconds: number): void {
    const { clock, live } = this.#parts;
    live().timetable.set(attempt, clock.monotonic() + milliseconds);
  }
}

/** Another attempt that follows one that failed. */
export interface Retry {
  /** From 1. */
  readonly number: number;
  readonly delayMs: number;
}

function retryOf(attempt: LiveAttempt): Retry | null {
  const policy = configOf(attempt)?.retry;
  const number = attempt.retryNumber + 1;
  const isStopped = attempt.execution.stopping || (attempt.stopFor !== null && attempt.stopFor !== 'timeout');
  if (policy === undefined || number > policy.limit || isStopped) return null;
  return { number, delayMs: retryDelayMs(policy, number, Math.random()) };
}

/** How an attempt ended, as far as its stop explains it. */
function conclude(
  attempt: LiveAttempt,
  { result, reason }: AttemptEnding,
): Pick<AttemptEnding, 'result' | 'reason'> {
  if (result.status !== 'KILLED' || attempt.stopFor === null) return { result, reason };
  if (attempt.stopFor === 'rule') return { result, reason: 'stopped_by_rule' };
  if (attempt.stopFor !== 'timeout') return { result, reason: 'stopped' };
  const timeoutMs = configOf(attempt)?.timeoutMs ?? 0;
  const message = `job "${attempt.jobName}" ran longer than its timeout of ${timeoutMs / 1000} s and was stopped`;
  const error = { code: 'job.timeout', message, context: { timeoutMs } };
  return { result: { status: 'FAILED', values: {}, error }, reason: 'timeout' };
}

function configOf({ execution, jobName }: LiveAttempt): JobConfig | undefined {
  return execution.version.jobs.get(jobName)?.config;
}
