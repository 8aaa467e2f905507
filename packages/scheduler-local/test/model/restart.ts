import type { State } from './state.ts';
import { isOpen } from './state.ts';
import { settleTransaction } from './transaction.ts';

/** The scheduler is gone, and what it began is not. */
export function die(state: State): void {
  state.starts = 'arrive';
  for (const attempt of state.attempts) if (attempt.outside === 'unheard') attempt.outside = 'runs';
}

/**
 * A scheduler opens what the last one left. What had begun is looked for: it is followed where it is found, begun anew
 * where it never began, and otherwise it was lost (`gone`).
 */
export function restart(state: State): void {
  for (const attempt of state.attempts) {
    attempt.waitsFor = null; // all are looked at anew
    attempt.isSought = isOpen(attempt) && attempt.begunAt === null && attempt.dueAt === null;
    if (!isOpen(attempt) || attempt.begunAt === null || attempt.outside !== 'nothing') continue;
    attempt.outside = attempt.stopFor === null ? 'runs' : 'gone';
  }
  settleTransaction(state);
}
