import { AIFlowError, errorCode, isAIFlowError, messageOf } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Clock, SecretResolver } from '../plugin/host.ts';
import type { AttemptDirectories } from './attempt-directories.ts';
import type { JobRuntimeEnv } from './env.ts';
import { defaultLabelIntervalMs, followLabels } from './job-labels.ts';
import type { JobController, JobHandle, JobResult } from './job-plugin.ts';
import { maskError, maskSecrets, maskText } from './mask.ts';
import type { Attempt, AttemptRun } from './runner.ts';

/** What is needed to begin or to find a job. */
export interface Begun {
  readonly controller: JobController;
  readonly env: JobRuntimeEnv;
}

/** A job that was begun. */
export interface Submitted extends Begun {
  readonly handle: JobHandle;
}

export interface WorkerRunOptions {
  readonly clock: Clock;
  readonly secrets: SecretResolver;
}

/** A stop that somebody may ask for; after one that failed there is a new one to ask for. */
interface StopRequest {
  /** Aborts when the stop is asked for, or when this lets go. */
  readonly interrupt: AbortController;
  readonly refused: PromiseWithResolvers<never>;
}

/** How waiting came to an end: with the job, by a stop that was asked for, or because waiting failed. */
type Waited =
  | { readonly kind: 'ended'; readonly result: JobResult }
  | { readonly kind: 'stop' }
  | { readonly kind: 'broken'; readonly error: unknown };

const firstDelay = 1000;
const longestDelay = 30_000;
const killed: JobResult = { status: 'KILLED', values: {}, error: null };

/** An attempt in the hands of this process, from its submission to its clean-up. */
export class WorkerRun implements AttemptRun {
  readonly logDir: string;
  readonly outboxDir: string;
  readonly submitted: Promise<JobHandle>;
  readonly result: Promise<JobResult>;
  readonly #attempt: Attempt;
  readonly #options: WorkerRunOptions;
  readonly #submitting: Promise<Submitted>;
  /** What ends the asking for labels. */
  readonly #labels: AbortController[] = [];
  #request: StopRequest = newRequest();
  /** Why this has let go. */
  #detached: AIFlowError | null = null;

  /** `submit` gives the job that was begun; its signal aborts when it is not to be begun any more. */
  constructor(
    attempt: Attempt,
    { logDir, outboxDir }: AttemptDirectories,
    options: WorkerRunOptions,
    submit: (signal: AbortSignal) => Promise<Submitted>,
  ) {
    this.#attempt = attempt;
    this.#options = options;
    this.logDir = logDir;
    this.outboxDir = outboxDir;
    const submitting = submit(this.#request.interrupt.signal);
    this.#submitting = submitting;
    this.submitted = submitting.then(
      (job) => job.handle,
      (error: unknown) => Promise.reject(this.#masked(error)),
    );
    this.result = this.#conclude(submitting).then(
      (end) => maskSecrets(end, attempt.job, options.secrets),
      (error: unknown) => Promise.reject(this.#masked(error)),
    );
    // Whoever starts an attempt may look at its result only, or at neither: that is no unhandled rejection.
    this.submitted.catch(() => undefined);
    this.result.catch(() => undefined);
  }

  onLabel(listener: (label: string | null) => void): void {
    void this.#submitting.then(
      (job) => this.#followLabels(job, listener),
      () => undefined, // `result` tells what went wrong
    );
  }

  async stop(): Promise<void> {
    if (this.#detached !== null) throw this.#detached;
    const { interrupt, refused } = this.#request;
    interrupt.abort(new AIFlowError('job.stopped', `job "${this.#jobName}" was stopped`));
    await Promise.race([this.result, refused.promise]);
  }

  detach(): void {
    this.#detached = new AIFlowError('job.detached', `job "${this.#jobName}" is not followed any more`);
    for (const labels of this.#labels) labels.abort();
    this.#request.interrupt.abort(this.#detached);
    this.#request.refused.reject(this.#detached);
  }

  #followLabels(job: Submitted, listener: (label: string | null) => void): void {
    if (job.controller.obtainJobLabel === undefined) return;
    const { clock, secrets } = this.#options;
    const { config } = this.#attempt.job;
    const over = new AbortController();
    const end = (): void => over.abort();
    this.result.then(end, end);
    this.#labels.push(over);
    if (this.#detached !== null) end();
    void followLabels(job, {
      clock,
      intervalMs: config.labelIntervalMs ?? defaultLabelIntervalMs,
      signal: over.signal,
      tell: (label) => listener(label === null ? null : maskText(label, this.#attempt.job, secrets)),
    });
  }

  async #conclude(submitting: Promise<Submitted>): Promise<JobResult> {
    let job: Submitted;
    try {
      job = await submitting;
    } catch (error) {
      if (this.#detached !== null) return await never();
      if (isAIFlowError(error, 'job.unknown')) throw error;
      const stopped = this.#request.interrupt.signal.aborted && isAIFlowError(error, 'job.stopped');
      return stopped ? killed : this.#failed(error);
    }
    try {
      return await this.#untilEnded(job);
    } finally {
      await this.#cleanUp(job);
    }
  }

  /**
   * Waits for the end. A job that is to be stopped, because somebody asked or because it cannot be waited for, has
   * ended only when its plugin says so: until then it is waited for again, and stopped again.
   */
  async #untilEnded(job: Submitted): Promise<JobResult> {
    const { controller, env, handle } = job;
    for (let delay = firstDelay; ; delay = Math.min(2 * delay, longestDelay)) {
      const waited = await this.#wait(job);
      if (waited.kind === 'ended') return waited.result;
      if (this.#detached !== null) return await never();
      try {
        await controller.stopJob(handle, env);
      } catch (error) {
        this.#refuseStop(error);
        if (waited.kind === 'broken') {
          env.logger.error(
            `job "${this.#jobName}" cannot be waited for (${this.#say(waited.error)}) nor stopped ` +
              `(${this.#say(error)}): it may still run, and both are tried again`,
            { attemptId: this.#attempt.attemptId },
          );
          await this.#pause(delay);
        }
        continue;
      }
      return waited.kind === 'broken' ? this.#failed(waited.error) : await this.#endOfStopped(job);
    }
  }

  async #wait({ controller, env, handle }: Submitted): Promise<Waited> {
    const { signal } = this.#request.interrupt;
    try {
      signal.throwIfAborted();
      const result = await controller.getResult(handle, { env, blocking: true, signal });
      if (result !== null) return { kind: 'ended', result };
      throw new AIFlowError(
        'job.no_result',
        `plugin ${handle.plugin} gave no result for a job that it had waited for`,
      );
    } catch (error) {
      return signal.aborted ? { kind: 'stop' } : { kind: 'broken', error };
    }
  }

  /** The stop may have come just after the end: then the job's own result stands. */
  async #endOfStopped({ controller, env, handle }: Submitted): Promise<JobResult> {
    try {
      return (await controller.getResult(handle, { env, blocking: false })) ?? killed;
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #cleanUp({ controller, env, handle }: Submitted): Promise<void> {
    try {
      await controller.cleanupJob(handle, env);
    } catch (error) {
      env.logger.warn(`clean-up after job "${this.#jobName}" failed: ${this.#say(error)}`, {
        attemptId: this.#attempt.attemptId,
      });
    }
  }

  /** Tells all who wait for a stop that it failed. */
  #refuseStop(error: unknown): void {
    const { refused } = this.#request;
    this.#request = newRequest();
    if (this.#detached !== null) this.#request.interrupt.abort(this.#detached);
    refused.reject(this.#masked(error));
  }

  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#request.interrupt;
    try {
      await this.#options.clock.sleep(milliseconds, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  get #jobName(): string {
    return this.#attempt.job.config.jobName;
  }

  #masked(error: unknown): Error {
    return maskError(error, this.#attempt.job, this.#options.secrets);
  }

  #say(error: unknown): string {
    return messageOf(this.#masked(error));
  }

  #failed(error: unknown): JobResult {
    const own = isAIFlowError(error);
    const context: JsonObject = own ? error.context : { systemCode: errorCode(error) };
    const { jobType } = this.#attempt.job.config;
    const code = own ? error.code : 'job.plugin_failed';
    const message = own ? error.message : `the ${jobType} plugin failed: ${messageOf(error)}`;
    return { status: 'FAILED', values: {}, error: { code, message, context } };
  }
}

function newRequest(): StopRequest {
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => undefined); // nobody may have asked
  return { interrupt: new AbortController(), refused };
}

/** What is not followed any more has no end here. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}
