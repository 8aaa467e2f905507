import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AIFlowError } from '@aiflow/core';
import { FaultError } from './fault.ts';
import type { About, FromThread, ToThread } from './thread-messages.ts';

// In the sources of this package the thread's file is TypeScript, in what is published it is JavaScript.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** More threads than this are of no use: the disk or the network is what is waited for then. */
const most = 4;

/** Megabytes of a thread's memory that are collected often: its objects are short-lived, and its bytes lie elsewhere. */
const youngest = 8;

/** What a thread says before it has done what it was asked for. */
export type Said = Exclude<FromThread, { readonly kind: 'done' | 'fault' }>;

/**
 * Threads that read, hash, compress and write files with synchronous calls, of which tens of thousands cost several
 * times less than as many promises. Each does `sideBySide` things at a time, of which one can work while others wait.
 * Who makes them ends them.
 */
export class Threads {
  readonly size: number = Math.max(1, Math.min(availableParallelism(), most));
  readonly #all: Thread[] = [];
  /** Each thread as often as it can begin something. */
  readonly #idle: Thread[] = [];
  readonly #waiting: ((thread: Thread) => void)[] = [];

  constructor(sideBySide: number = 1) {
    for (let count = 0; count < this.size; count += 1) this.#all.push(new Thread());
    for (let count = 0; count < sideBySide; count += 1) this.#idle.push(...this.#all);
  }

  /** Has the next thread that is idle do it. Rejects with a {@link FaultError} for what the thread found. */
  async run(
    message: ToThread,
    transfer: readonly ArrayBuffer[] = [],
    onSaid: (said: Said, reply: Reply) => void = () => undefined,
  ): Promise<void> {
    const thread = this.#idle.pop() ?? (await new Promise<Thread>((resolve) => this.#waiting.push(resolve)));
    try {
      await thread.run(message, transfer, onSaid);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(thread);
      else next(thread);
    }
  }

  /** Ends them, whatever they do. No file is touched once this resolves. */
  async close(): Promise<void> {
    await Promise.all(this.#all.map(async (thread) => await thread.close()));
  }
}

export type Reply = (message: ToThread, transfer?: readonly ArrayBuffer[]) => void;

/** Something that a thread was asked to do. */
interface Run {
  readonly heard: (message: FromThread) => void;
  readonly failed: (error: Error) => void;
}

class Thread {
  readonly #worker = new Worker(new URL(`./pack-thread.${extension}`, import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: youngest },
  });
  readonly #runs = new Map<number, Run>();
  #count = 0;
  #end: Error | null = null;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', ({ run, message }: About<FromThread>) => this.#runs.get(run)?.heard(message));
    this.#worker.on('error', (error) => this.#ended(error));
    this.#worker.on('exit', (code) => this.#ended(new Error(`it exited with ${code}`)));
  }

  async run(
    message: ToThread,
    transfer: readonly ArrayBuffer[],
    onSaid: (said: Said, reply: Reply) => void,
  ): Promise<void> {
    const run = (this.#count += 1);
    const reply: Reply = (answer, buffers = []) =>
      this.#worker.postMessage({ run, message: answer } satisfies About<ToThread>, [...buffers]);
    this.#worker.ref();
    try {
      await new Promise<void>((resolve, reject) => {
        const heard = (answer: FromThread): void => {
          if (answer.kind === 'done') resolve();
          else if (answer.kind === 'fault') reject(new FaultError(answer.fault));
          else onSaid(answer, reply);
        };
        this.#runs.set(run, { heard, failed: reject });
        if (this.#end !== null) reject(this.#end);
        reply(message, transfer);
      });
    } catch (error) {
      if (error instanceof FaultError) throw error;
      throw new AIFlowError('blob.thread_failed', `a thread that works on files ended: ${String(error)}`, {
        cause: error,
      });
    } finally {
      this.#runs.delete(run);
      if (this.#runs.size === 0) this.#worker.unref();
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ended(error: unknown): void {
    this.#end ??= error instanceof Error ? error : new Error(String(error));
    for (const { failed } of this.#runs.values()) failed(this.#end);
  }
}
