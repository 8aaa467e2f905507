import type { Clock } from '@aiflow/core';

/** What is to happen at a time; kept in the store, so that the next scheduler goes on with it. */
export interface Timer {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: 'retry' | 'timeout' | 'tick' | 'start';
  /** The execution's, or the workflow's key. */
  readonly executionId: string;
  /** The attempt's id, the job's name and the number of its schedule, or a workflow's schedule as JSON. */
  readonly subject: string;
  /** Of a tick: the one before. */
  readonly last?: number;
}

/** Rings each timer of the store once, at its time. */
export class Timers {
  readonly #timers: Set<Timer>;
  readonly #clock: Clock;
  readonly #ring: (timer: Timer) => void;
  readonly #closing = new AbortController();

  constructor(timers: Set<Timer>, clock: Clock, ring: (timer: Timer) => void) {
    this.#timers = timers;
    this.#clock = clock;
    this.#ring = ring;
  }

  set(timer: Timer): void {
    this.#timers.add(timer);
    void this.#wait(timer);
  }

  resume(): void {
    for (const timer of this.#timers) void this.#wait(timer);
  }

  close(): void {
    this.#closing.abort();
  }

  async #wait(timer: Timer): Promise<void> {
    const { signal } = this.#closing;
    const wait = timer.at - this.#clock.now();
    try {
      if (wait > 0) await this.#clock.sleep(wait, { signal });
    } catch {
      return; // closed: the next one waits for it
    }
    if (signal.aborted) return;
    this.#timers.delete(timer);
    this.#ring(timer);
  }
}
