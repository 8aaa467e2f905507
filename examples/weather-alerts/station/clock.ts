import type { Clock } from '@aiflow/core';

/** A clock that goes as the machine's does, from another time on, and can be moved on. */
export interface ReplayClock extends Clock {
  /** Makes it this time, unless it is later already. Sleeps that are over by then end. */
  moveTo(time: number): void;
}

/** `start` in milliseconds since 1970. */
export function createReplayClock(start: number): ReplayClock {
  const began = performance.now();
  let moved = 0;
  const sleepers = new Set<() => void>();
  const passed = (): number => performance.now() - began + moved;
  return {
    now: () => start + passed(),
    monotonic: passed,
    sleep: async (milliseconds, { signal } = {}) => {
      signal?.throwIfAborted();
      const end = passed() + milliseconds;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      let timer = setTimeout(resolve, milliseconds);
      const look = (): void => {
        clearTimeout(timer);
        timer = setTimeout(resolve, Math.max(0, end - passed()));
      };
      const abort = (): void => reject(signal?.reason);
      sleepers.add(look);
      signal?.addEventListener('abort', abort, { once: true });
      try {
        await promise;
      } finally {
        clearTimeout(timer);
        sleepers.delete(look);
        signal?.removeEventListener('abort', abort);
      }
    },
    moveTo: (time) => {
      moved += Math.max(0, time - (start + passed()));
      for (const look of sleepers) look();
    },
  };
}
