import { Worker } from 'node:worker_threads';

/** How waiting for an answer of a thread ended. After `failed` and `exited` there is no thread any more. */
export type ThreadOutcome<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** `blocked`: it never came back from one piece of code meanwhile, as in an endless loop; else it still awaits. */
  | { readonly kind: 'timeout'; readonly blocked: boolean }
  /** It answered with what cannot leave a thread. */
  | { readonly kind: 'not_plain'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'exited'; readonly code: number };

export interface NextOptions {
  /** In milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

// In the sources of this package the thread's file is TypeScript, in what is published it is JavaScript.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/**
 * Runs code of a project in a thread of its own, where it may print, throw, exit or never end without harm to the
 * caller, who ends the thread in any case. `body` is the name of a file beside this one, which posts the answers;
 * `onOutput` takes what the thread prints, both streams.
 */
export class ProjectThread<Answer> {
  readonly #worker: Worker;
  #waiting: ((outcome: ThreadOutcome<Answer>) => void) | null = null;
  #end: ThreadOutcome<Answer> | null = null;

  constructor(
    body: 'definition-thread' | 'context-thread',
    workerData: object,
    onOutput?: (text: string) => void,
  ) {
    this.#worker = new Worker(new URL(`./${body}.${extension}`, import.meta.url), {
      workerData,
      stdout: true,
      stderr: true,
      // A project without "type" in its package.json still loads, a little slower; that is no news for its user.
      execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => onOutput?.(text));
    }
    this.#worker.on('message', (answer: Answer) => this.#waiting?.({ kind: 'answer', answer }));
    this.#worker.on('messageerror', (error) => this.#waiting?.({ kind: 'not_plain', error }));
    this.#worker.on('error', (error) => this.#ended({ kind: 'failed', error }));
    this.#worker.on('exit', (code) => this.#ended({ kind: 'exited', code }));
  }

  /** Whether the thread is no more, whoever ended it. */
  get hasEnded(): boolean {
    return this.#end !== null;
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /** The next thing that the thread answers, or why nothing comes; one caller at a time. Rejects when it is aborted. */
  async next({ timeout, signal }: NextOptions): Promise<ThreadOutcome<Answer>> {
    signal?.throwIfAborted();
    if (this.#end !== null) return this.#end;
    const outcome = Promise.withResolvers<ThreadOutcome<Answer>>();
    this.#waiting = outcome.resolve;
    // Over the second half alone: what is loaded at first keeps every thread busy.
    const loop = this.#worker.performance;
    let before = loop.eventLoopUtilization();
    const halfTime = setTimeout(() => (before = loop.eventLoopUtilization()), timeout / 2);
    const timer = setTimeout(() => {
      const blocked = loop.eventLoopUtilization(before).utilization > 0.99;
      outcome.resolve({ kind: 'timeout', blocked });
    }, timeout);
    const onAbort = (): void => outcome.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await outcome.promise;
    } finally {
      clearTimeout(halfTime);
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#waiting = null;
    }
  }

  /** Ends the thread, whatever it does; twice is harmless. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  /** The error comes before the exit, and says more. */
  #ended(outcome: ThreadOutcome<Answer>): void {
    this.#end ??= outcome;
    this.#waiting?.(outcome);
  }
}
