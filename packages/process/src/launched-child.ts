import type { LiveProcess } from './process-table.ts';

export interface ChildExit {
  /** Null when nobody could collect it: the process between us and the program was killed. */
  readonly code: number | null;
  /** Who was still in its group when it was collected; afterwards only they tell that the group is not a stranger's. */
  readonly group: readonly LiveProcess[];
  /** Whether it is certain that nothing of its tree is left. */
  readonly nothingLeft: boolean;
}

/** A process whose end this one is told of. */
export interface LaunchedChild {
  readonly pid: number;
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** Null while it lives or waits to be collected: until then its number is nobody else's. */
  readonly exit: ChildExit | null;
  /** Resolves when it has ended, or is forgotten. */
  readonly exited: Promise<void>;
  /** Whether nobody will tell of its end any more: then only its records do. */
  readonly isForgotten: boolean;
  /** Keeps this process alive until as many calls of `release` were made, or the child has ended. */
  hold(): void;
  release(): void;
}
