import type { Attempt, AttemptRun, AttemptRunner, JobResult, Logger, StatusReason } from '@aiflow/core';
import { AIFlowError, messageOf } from '@aiflow/core';
import { checkResult } from './check-result.ts';
import type { Command } from './consequences.ts';
import type { GroupCommit } from './group-commit.ts';
import type { LiveAttempt } from './live/live-execution.ts';
import { removeOutboxFile } from './outbox/outbox-file.ts';
import type { Outboxes } from './outbox/outboxes.ts';
import type { Transitions } from './transitions.ts';
import type { Waiters } from './waiters.ts';

export interface DispatcherParts {
  readonly runner: AttemptRunner;
  readonly transitions: Transitions;
  readonly commit: GroupCommit;
  readonly waiters: Waiters;
  readonly outboxes: Outboxes;
  readonly logger: Logger;
}

/** Carries out what was committed, and records what comes of it. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #runs = new Map<string, AttemptRun>();
  readonly #stopping = new Set<string>();
  /** Attempts whose end is known and may not have been written down yet. */
  readonly #ending = new Set<string>();
  /** Attempts that may run and cannot be stopped from here, with the reason. */
  readonly #outOfReach = new Map<string, unknown>();

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  carryOut(commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.kind === 'start') this.start(command.attemptId);
      else if (command.kind === 'stop') this.stop(command.attemptId);
      else this.#remove(command);
    }
  }

  start(attemptId: string): void {
    const attempt = this.#live(attemptId);
    if (attempt === undefined) return;
    let run: AttemptRun;
    try {
      run = this.#parts.runner.start(describeAttempt(attempt));
    } catch (error) {
      // It promises not to throw. Whether anything was begun cannot be known now.
      this.end(attemptId, lost(`the runner threw: ${messageOf(error)}`), 'lost');
      return;
    }
    this.watch(attemptId, run);
  }

  /** Follows an attempt under way to its end. */
  watch(attemptId: string, run: AttemptRun): void {
    const { commit, transitions, outboxes } = this.#parts;
    this.#runs.set(attemptId, run);
    outboxes.follow(attemptId, run.outboxDir);
    this.#outOfReach.delete(attemptId);
    void run.submitted.then(
      () =>
        commit.recordSoon(
          () => transitions.attemptRuns(attemptId, run),
          (error) => this.#giveUp(`that attempt ${attemptId} runs`, error),
        ),
      () => undefined, // `result` tells what went wrong
    );
    run.onLabel?.((label) =>
      commit.recordSoon(
        () => transitions.attemptSays(attemptId, label),
        (error) => this.#giveUp(`what attempt ${attemptId} says of itself`, error),
      ),
    );
    void run.result.then(
      (result) => this.end(attemptId, checkResult(result), null),
      (error: unknown) => this.end(attemptId, lost(messageOf(error)), 'lost'),
    );
  }

  /** Whether its end will be told from here, or is being written down. */
  follows(attemptId: string): boolean {
    return this.#runs.has(attemptId) || this.#ending.has(attemptId);
  }

  /** Its end has been written down. */
  forget(attemptId: string): void {
    this.#ending.delete(attemptId);
  }

  stop(attemptId: string): void {
    const attempt = this.#live(attemptId);
    if (attempt === undefined) return;
    const run = this.#runs.get(attemptId);
    const outOfReach = this.#outOfReach.get(attemptId);
    if (run !== undefined) void this.#stopRun(attempt, run);
    else if (!attempt.begun && !attempt.isSought) this.end(attemptId, killed, 'stopped');
    else if (outOfReach !== undefined) this.#stopFailed(attempt, outOfReach);
    // Perhaps begun, and not here: it is being looked for after a restart, and is stopped when it is found.
  }

  /** Whether it runs cannot be found out now: who waits for its stop is told. It stays to be stopped. */
  notReached(attempt: LiveAttempt, error: unknown): void {
    this.#outOfReach.set(attempt.attemptId, error);
    if (attempt.stopFor !== null) this.#stopFailed(attempt, error);
  }

  /** Lets go of what runs: it goes on, and the next start finds it. */
  close(): void {
    for (const run of this.#runs.values()) run.detach();
    this.#runs.clear();
  }

  end(attemptId: string, result: JobResult, reason: StatusReason | null, isGone: boolean = false): void {
    const { commit, transitions, outboxes } = this.#parts;
    const logDir = this.#runs.get(attemptId)?.logDir ?? null;
    this.#runs.delete(attemptId);
    this.#outOfReach.delete(attemptId);
    this.#ending.add(attemptId);
    outboxes.finish(attemptId, this.#live(attemptId)?.outboxDir ?? null);
    const what = `how attempt ${attemptId} ended`;
    commit.record(
      () => transitions.attemptEnds(attemptId, { result, reason, logDir, isGone }),
      (error) => {
        this.#giveUp(what, error);
        commit.record(
          () => transitions.attemptEnds(attemptId, { result: unrecordable(error), reason, logDir: null }),
          (again) => {
            this.#giveUp(what, again); // it stays open: the next start looks for it
            this.#outOfReach.set(attemptId, again);
          },
        );
      },
    );
  }

  /** Its event is in the log: if it stays lying, it is not taken again. */
  #remove(file: { readonly path: string; readonly identity: string }): void {
    try {
      removeOutboxFile(file);
    } catch (error) {
      this.#parts.logger.warn(`${file.path} could not be removed: ${messageOf(error)}`);
    }
  }

  #giveUp(what: string, error: Error): void {
    this.#parts.logger.error(`${what} could not be written down: ${messageOf(error)}`);
  }

  async #stopRun(attempt: LiveAttempt, run: AttemptRun): Promise<void> {
    const { attemptId } = attempt;
    if (this.#stopping.has(attemptId)) return;
    this.#stopping.add(attemptId);
    try {
      await run.stop();
    } catch (cause) {
      // Otherwise it has ended all the same, or this is closed.
      if (this.#runs.has(attemptId)) this.#stopFailed(attempt, cause);
    } finally {
      this.#stopping.delete(attemptId);
    }
  }

  #stopFailed({ attemptId, jobName, execution }: LiveAttempt, cause: unknown): void {
    const error = new AIFlowError(
      'scheduler.stop_failed',
      `job "${jobName}" of ${execution.executionId} could not be stopped: ${messageOf(cause)}; stop it again`,
      { context: { attemptId }, cause },
    );
    this.#parts.logger.error(error.message, error.context);
    this.#parts.waiters.fail(attemptId, error);
    this.#parts.waiters.fail(execution.executionId, error);
  }

  #live(attemptId: string): LiveAttempt | undefined {
    return this.#parts.transitions.live.attempts.get(attemptId);
  }
}

/** How an attempt ends of which nothing runs and that was to be stopped. */
export const killed: JobResult = { status: 'KILLED', values: {}, error: null };

/** How an attempt ends whose own end cannot be known. */
export function lost(message: string): JobResult {
  return { status: 'FAILED', values: {}, error: { code: 'scheduler.attempt_lost', message, context: {} } };
}

/** How an attempt ends whose own end breaks the writing of it. */
function unrecordable(error: Error): JobResult {
  const message = `how it ended could not be written down: ${messageOf(error)}`;
  return { status: 'FAILED', values: {}, error: { code: 'scheduler.unrecordable', message, context: {} } };
}

/** The attempt as the runner takes it. */
export function describeAttempt({ attemptId, attemptNumber, jobName, execution }: LiveAttempt): Attempt {
  const { version } = execution;
  const job = version.jobs.get(jobName);
  if (job === undefined) throw new Error(`workflow version ${version.versionId} has no job ${jobName}`);
  return {
    attemptId,
    attemptNumber,
    workflowExecutionId: execution.executionId,
    projectName: execution.projectName,
    workflowName: execution.workflowName,
    snapshotId: version.snapshotId,
    snapshotUri: version.snapshotUri,
    job,
    context: execution.context,
    parameters: execution.parameters,
  };
}
