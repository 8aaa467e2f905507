import type { Clock } from '@aiflow/core';
import { settle } from './settle.ts';

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /**
   * Moves both clocks on and wakes, in order of their time, the sleeps that end on the way. What was woken runs on first
   * (see {@link settle}), so that a sleep that it begins counts in the same advance.
   */
  advance(milliseconds: number): Promise<void>;
  /** Moves the wall clock alone, as a correction of the machine's time does; sleeps do not notice. */
  setNow(milliseconds: number): void;
  /** How many sleeps have not ended. */
  readonly sleeping: number;
}

interface Sleep {
  readonly at: number;
  readonly wake: () => void;
}

/** A manual clock whose wall clock begins at `now`: milliseconds since 1970, and 2026-01-01T00:00:00Z unless said. */
export function createManualClock(now: number = Date.UTC(2026, 0, 1)): ManualClock {
  let elapsed = 0;
  let wall = now;
  const sleeps = new Set<Sleep>();
  const moveTo = (time: number): void => {
    wall += time - elapsed;
    elapsed = time;
  };
  return {
    now: () => wall,
    monotonic: () => elapsed,
    get sleeping() {
      return sleeps.size;
    },
    setNow: (milliseconds) => {
      wall = milliseconds;
    },
    sleep: async (milliseconds, { signal } = {}) => {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleep: Sleep = { at: elapsed + Math.max(0, milliseconds), wake: resolve };
      const abort = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      sleeps.add(sleep);
      try {
        await promise;
      } finally {
        sleeps.delete(sleep);
        signal?.removeEventListener('abort', abort);
      }
    },
    advance: async (milliseconds) => {
      const end = elapsed + milliseconds;
      for (let next = earliest(sleeps, end); next !== null; next = earliest(sleeps, end)) {
        moveTo(next.at);
        sleeps.delete(next);
        next.wake();
        await settle();
      }
      moveTo(end);
      await settle();
    },
  };
}

function earliest(sleeps: ReadonlySet<Sleep>, end: number): Sleep | null {
  let found: Sleep | null = null;
  for (const sleep of sleeps) {
    if (sleep.at <= end && (found === null || sleep.at < found.at)) found = sleep;
  }
  return found;
}
