import { Heap } from './heap.ts';
import type { LiveAttempt } from './live-state.ts';

/** What falls due and when, by the monotonic clock: retries that are to begin, and attempts that may run no longer. */
export class Timetable {
  readonly #attempts = new Heap<{ readonly at: number; readonly attempt: LiveAttempt }>(({ at }) => at);

  /** An attempt is due once: the last time that was said counts. */
  set(attempt: LiveAttempt, at: number): void {
    attempt.dueAt = at;
    this.#attempts.push({ at, attempt });
  }

  /** When the next is due; null when nothing is. */
  next(): number | null {
    for (let first = this.#attempts.peek(); first !== undefined; first = this.#attempts.peek()) {
      if (first.attempt.dueAt === first.at) return first.at;
      this.#attempts.pop();
    }
    return null;
  }

  /** An attempt that is due by now, which then is not any more; null when none is. */
  take(now: number): LiveAttempt | null {
    const next = this.next();
    if (next === null || next > now) return null;
    const attempt = this.#attempts.pop()?.attempt ?? null;
    if (attempt !== null) attempt.dueAt = null;
    return attempt;
  }
}
