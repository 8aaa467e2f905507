import type { Clock } from '@aiflow/core';
import { systemClock } from '@aiflow/core';

/** The machine's clock, so many times as fast: waits between tries are long, and tests are not. */
export function fastClock(times: number): Clock {
  const [wall, monotonic] = [systemClock.now(), systemClock.monotonic()];
  const elapsed = (): number => (systemClock.monotonic() - monotonic) * times;
  return {
    now: () => wall + elapsed(),
    monotonic: elapsed,
    sleep: async (milliseconds, options) => await systemClock.sleep(milliseconds / times, options),
  };
}
