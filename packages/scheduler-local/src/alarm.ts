import type { Clock, Logger } from '@aiflow/core';
import { messageOf } from '@aiflow/core';

export interface AlarmParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** In how many milliseconds something is due; null when nothing is. */
  readonly next: () => number | null;
  /** Does what is due, and resolves when that is durable. */
  readonly ring: () => Promise<void>;
  /** Aborts when the scheduler closes. */
  readonly signal: AbortSignal;
}

/** The wall clock may be corrected meanwhile, and what is due by it too: it is looked at again at least this often. */
const longestSleep = 60_000;
/** After a ring that failed. */
const pause = 1000;

/** The one timer: it sleeps until the nearest time at which something is due. */
export class Alarm {
  readonly #parts: AlarmParts;
  #sleep: { readonly until: number; readonly abort: AbortController } | null = null;
  #isRinging = false;

  constructor(parts: AlarmParts) {
    this.#parts = parts;
  }

  /** To be called whenever what is due may have changed. */
  set(): void {
    const { clock, next, signal } = this.#parts;
    if (this.#isRinging || signal.aborted) return;
    const wait = next();
    if (wait === null) {
      this.#sleep?.abort.abort();
      this.#sleep = null;
    } else {
      const until = clock.monotonic() + Math.min(wait, longestSleep);
      if (this.#sleep === null || until < this.#sleep.until) this.#sleepUntil(until);
    }
  }

  #sleepUntil(until: number): void {
    this.#sleep?.abort.abort();
    const sleep = { until, abort: new AbortController() };
    this.#sleep = sleep;
    void this.#wake(sleep);
  }

  async #wake(sleep: { readonly until: number; readonly abort: AbortController }): Promise<void> {
    const { clock, signal } = this.#parts;
    const wait = sleep.until - clock.monotonic();
    try {
      if (wait > 0) await clock.sleep(wait, { signal: AbortSignal.any([sleep.abort.signal, signal]) });
    } catch {
      return; // there is another one, or this is closed
    }
    this.#sleep = null;
    await this.#ring();
    this.set();
  }

  async #ring(): Promise<void> {
    const { clock, logger, next, ring, signal } = this.#parts;
    if (next() !== 0) return; // only the clock was to be looked at
    this.#isRinging = true;
    try {
      await ring();
    } catch (error) {
      if (signal.aborted) return;
      logger.error(`what is due could not be done: ${messageOf(error)}; it is tried again`);
      await clock.sleep(pause, { signal }).catch(() => undefined);
    } finally {
      this.#isRinging = false;
    }
  }
}
