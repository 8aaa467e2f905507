import type { Clock, Logger } from '@aiflow/core';
import { messageOf } from '@aiflow/core';
import type { GroupCommit } from '../group-commit.ts';
import type { Transitions } from '../transitions.ts';
import { mostAtOnce, namesIn, readOutbox, tellUntaken } from './read-outbox.ts';

export interface OutboxesParts {
  readonly transitions: Transitions;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborts when the scheduler closes. */
  readonly signal: AbortSignal;
}

/** How often the outboxes of running jobs are looked into, in milliseconds. */
const interval = 500;

/** The outboxes of the attempts that run: looked into now and then, and a last time before an attempt's end is told. */
export class Outboxes {
  readonly #parts: OutboxesParts;
  readonly #directories = new Map<string, string>();
  #isLooking = false;

  constructor(parts: OutboxesParts) {
    this.#parts = parts;
  }

  follow(attemptId: string, directory: string): void {
    this.#directories.set(attemptId, directory);
    if (!this.#isLooking) void this.#look();
  }

  /**
   * Takes what is left; to be called before the end is written down, which then stands behind it. `directory` is that
   * of an attempt that is not followed.
   */
  finish(attemptId: string, directory: string | null): void {
    const { commit, transitions, logger } = this.#parts;
    const place = this.#directories.get(attemptId) ?? directory;
    this.#directories.delete(attemptId);
    if (place === null) return;
    const names = namesIn(place, logger);
    tellUntaken(place, names, logger);
    for (let after = ''; ;) {
      const items = readOutbox(place, logger, after, names);
      const last = items.at(-1);
      if (last === undefined) return;
      commit.record(
        () => transitions.takeFromOutbox(attemptId, items),
        (error) => logger.error(`the events in ${place} could not be written down: ${messageOf(error)}`),
      );
      if (items.length < mostAtOnce) return;
      after = last.path;
    }
  }

  async #look(): Promise<void> {
    const { clock, signal } = this.#parts;
    this.#isLooking = true;
    try {
      while (this.#directories.size > 0) {
        await clock.sleep(interval, { signal });
        await Promise.all(Array.from(this.#directories, ([id, directory]) => this.#take(id, directory)));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#isLooking = false;
    }
  }

  /** What cannot be written down now stays where it is, for the next time. */
  async #take(attemptId: string, directory: string): Promise<void> {
    const { commit, transitions, logger } = this.#parts;
    const items = readOutbox(directory, logger);
    if (items.length === 0) return;
    try {
      await commit.run(() => transitions.takeFromOutbox(attemptId, items));
    } catch (error) {
      logger.warn(`the events in ${directory} could not be taken yet: ${messageOf(error)}`);
    }
  }
}
