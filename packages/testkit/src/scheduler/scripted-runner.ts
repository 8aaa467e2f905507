import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attempt, AttemptRun, AttemptRunner, JobHandle, JobResult, Json } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import { until } from '../suite/wait.ts';

/** One attempt that a scheduler began, in the hands of a test. */
export interface ScriptedAttempt {
  readonly attempt: Attempt;
  /** Whether the scheduler asked for its stop. */
  readonly stopRequested: boolean;
  readonly ended: boolean;
  /** Whether the scheduler that began or found it last has let go of it. */
  readonly detached: boolean;
  /** Where its job puts its events. */
  readonly outboxDir: string;
  /** Puts something into the outbox as a job does, under a hidden name first; gives the path. JSON unless it is a text. */
  putIntoOutbox(content: Json, name?: string): string;
  /** Gives it another label. */
  say(label: string | null): void;
  /** Ends it well, with the values of its nodes. */
  finish(values?: Readonly<Record<string, Json>>): void;
  /** Ends it as failed. */
  fail(message?: string): void;
  /** Confirms a stop that the runner holds back (`holdStops`): it ends KILLED. */
  confirmStop(): void;
  /** Refuses the stops that the runner holds back (`holdStops`): each rejects, and the attempt goes on. */
  refuseStop(message?: string): void;
  /** Its end can no longer be known: `result` rejects. */
  lose(): void;
}

export interface ScriptedRunnerOptions {
  /** A stop is confirmed at once unless this is set; then `confirmStop` does, or an end that came first. */
  readonly holdStops?: boolean;
  /** Below it each attempt has its outbox; without it there is no outbox to put anything into. */
  readonly outboxRoot?: string;
  /** How long `begun` waits, in milliseconds; 20,000 unless said. */
  readonly patience?: number;
}

/** A runner without processes: attempts run until the test ends them, so that what a scheduler does can be foreseen. */
export interface ScriptedRunner extends AttemptRunner {
  /** All that were begun, oldest first. */
  readonly attempts: readonly ScriptedAttempt[];
  /** Sets whether stops are held back from now on. */
  holdStops(hold: boolean): void;
  /** Waits for the attempt of a job with this number among its begun attempts, from 1. */
  begun(jobName: string, count?: number): Promise<ScriptedAttempt>;
  /** The attempts of a job that were begun. */
  of(jobName: string): readonly ScriptedAttempt[];
}

/** Attempts are remembered after their scheduler has closed, as processes are: `find` gives them to the next. */
export function createScriptedRunner(options: ScriptedRunnerOptions = {}): ScriptedRunner {
  const script = new Script(options.holdStops ?? false, options.outboxRoot ?? '/scripted');
  return {
    attempts: script.attempts,
    start: (attempt) => script.start(attempt),
    find: async (attempt) => script.find(attempt),
    holdStops: (hold) => {
      script.hold = hold;
    },
    begun: async (jobName, count = 1) =>
      await until(
        `attempt ${count} of job "${jobName}" to begin`,
        () => script.of(jobName)[count - 1],
        options.patience,
      ),
    of: (jobName) => script.of(jobName),
  };
}

class Script {
  readonly attempts: RunningAttempt[] = [];
  hold: boolean;
  readonly outboxRoot: string;

  constructor(hold: boolean, outboxRoot: string) {
    this.hold = hold;
    this.outboxRoot = outboxRoot;
  }

  start(attempt: Attempt): AttemptRun {
    const begun = new RunningAttempt(attempt, this);
    this.attempts.push(begun);
    return begun.run();
  }

  find(attempt: Attempt): AttemptRun | null {
    const found = this.attempts.find((each) => each.attempt.attemptId === attempt.attemptId);
    return found?.run() ?? null;
  }

  of(jobName: string): readonly RunningAttempt[] {
    return this.attempts.filter(({ attempt }) => attempt.job.config.jobName === jobName);
  }
}

class RunningAttempt implements ScriptedAttempt {
  readonly attempt: Attempt;
  stopRequested = false;
  ended = false;
  detached = false;
  readonly #script: Script;
  /** Of whoever follows it. */
  readonly #listeners: ((label: string | null) => void)[] = [];
  #sent = 100; // so that the names of a few stand in their order
  #refused: PromiseWithResolvers<never> = newRefusal();
  readonly #end: PromiseWithResolvers<JobResult> = Promise.withResolvers<JobResult>();

  constructor(attempt: Attempt, script: Script) {
    this.attempt = attempt;
    this.#script = script;
    this.#end.promise.catch(() => undefined); // nobody may follow it
  }

  get outboxDir(): string {
    return join(this.#script.outboxRoot, this.attempt.attemptId, 'outbox');
  }

  putIntoOutbox(content: Json, name: string = `${this.#sent++}-${randomUUID()}.json`): string {
    mkdirSync(this.outboxDir, { recursive: true });
    const hidden = join(this.outboxDir, `.${name}.tmp`);
    writeFileSync(hidden, typeof content === 'string' ? content : JSON.stringify(content));
    renameSync(hidden, join(this.outboxDir, name));
    return join(this.outboxDir, name);
  }

  run(): AttemptRun {
    const { attemptId, job } = this.attempt;
    const letGo = Promise.withResolvers<never>();
    letGo.promise.catch(() => undefined); // told to those who ask for a stop
    let isDetached = false;
    const result = Promise.withResolvers<JobResult>();
    result.promise.catch(() => undefined);
    this.#end.promise.then(
      (end) => isDetached || result.resolve(end),
      (error: unknown) => isDetached || result.reject(error),
    );
    this.detached = false;
    const handle: JobHandle = {
      jobType: job.config.jobType,
      plugin: '@aiflow/testkit',
      version: '0.0.0',
      attemptId,
      data: null,
    };
    return {
      logDir: `/scripted/${attemptId}`,
      outboxDir: this.outboxDir,
      submitted: Promise.resolve(handle),
      onLabel: (listener) => void this.#listeners.push((label) => void (isDetached || listener(label))),
      result: result.promise,
      stop: async () => {
        if (isDetached) return await letGo.promise;
        this.stopRequested = true;
        const refused = this.#refused.promise;
        if (!this.#script.hold) this.confirmStop();
        await Promise.race([result.promise, refused, letGo.promise]);
      },
      detach: () => {
        isDetached = true;
        this.detached = true;
        letGo.reject(new AIFlowError('job.detached', 'the attempt is not followed any more'));
      },
    };
  }

  say(label: string | null): void {
    if (!this.ended) for (const tell of this.#listeners) tell(label);
  }

  refuseStop(message: string = 'refused as the test wanted'): void {
    const { reject } = this.#refused;
    this.#refused = newRefusal();
    reject(new AIFlowError('scripted.refused', message));
  }

  finish(values: Readonly<Record<string, Json>> = {}): void {
    this.#settle({ status: 'FINISHED', values, error: null });
  }

  fail(message: string = 'failed as the test wanted'): void {
    this.#settle({ status: 'FAILED', values: {}, error: { code: 'scripted.failed', message, context: {} } });
  }

  confirmStop(): void {
    this.#settle({ status: 'KILLED', values: {}, error: null });
  }

  lose(): void {
    this.ended = true;
    this.#end.reject(
      new AIFlowError('scripted.lost', 'the end of the attempt cannot be known, as the test wanted'),
    );
  }

  #settle(result: JobResult): void {
    this.ended = true;
    this.#end.resolve(result);
  }
}

function newRefusal(): PromiseWithResolvers<never> {
  const refusal = Promise.withResolvers<never>();
  refusal.promise.catch(() => undefined); // nobody may have asked for a stop
  return refusal;
}
