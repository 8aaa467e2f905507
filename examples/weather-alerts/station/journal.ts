import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '@aiflow/core';
import { Tally } from './tally.ts';

/** In milliseconds; a job of this project takes less than a second. */
const patience = 120_000;

/** Follows the log of events from its beginning. */
export class Journal {
  readonly tally = new Tally();
  readonly #events: EventLog;
  readonly #signal: AbortSignal;
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();

  /** The signal ends all waiting, with its reason. */
  constructor(events: EventLog, signal: AbortSignal) {
    this.#events = events;
    this.#signal = signal;
    void this.#follow();
  }

  /** Waits until the tally has heard of everything that is in the log now. */
  async catchUp(): Promise<void> {
    const latest = await this.#events.latestVersion();
    await this.#until(() =>
      this.tally.version >= latest ? null : `the log is read to ${this.tally.version}`,
    );
  }

  /** Waits until all that the events set off has ended. Throws what is missing when nothing happens for two minutes. */
  async untilQuiet(): Promise<void> {
    await this.catchUp();
    await this.#until(() => this.tally.missing);
  }

  async #until(missing: () => string | null): Promise<void> {
    for (;;) {
      this.#signal.throwIfAborted();
      const what = missing();
      if (what === null) return;
      await this.#nextEvent(what);
    }
  }

  async #nextEvent(missing: string): Promise<void> {
    const waited = new AbortController();
    const signal = AbortSignal.any([waited.signal, this.#signal]);
    const inVain = delay(patience, undefined, { signal }).then(() => {
      throw new Error(`nothing has happened for ${patience / 1000} s, and ${missing}`);
    });
    try {
      await Promise.race([this.#changed.promise, inVain]);
    } catch (error) {
      this.#signal.throwIfAborted();
      throw error;
    } finally {
      waited.abort();
      inVain.catch(() => undefined);
    }
  }

  async #follow(): Promise<void> {
    for await (const event of this.#events.listen({}, { signal: this.#signal })) {
      this.tally.add(event);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }
}
