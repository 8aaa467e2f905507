import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Logger } from './host.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (milliseconds, options = {}) => {
    try {
      await delay(milliseconds, undefined, options.signal === undefined ? {} : { signal: options.signal });
    } catch (error) {
      options.signal?.throwIfAborted(); // the caller gets the signal's own reason
      throw error;
    }
  },
};

/** A logger that keeps nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
