import { setTimeout as wait } from 'node:timers/promises';

/** Waits so many milliseconds; throws the signal's own reason when it aborts first. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
