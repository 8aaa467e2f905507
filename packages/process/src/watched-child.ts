import type { ChildExit, LaunchedChild } from './launched-child.ts';
import type { LauncherConnection } from './launcher-connection.ts';
import type { Answer } from './launcher-protocol.ts';

/** A process that a native launcher tells us of: `hear` takes what it says. */
export interface WatchedChild extends LaunchedChild {
  hear(answer: Answer | null): void;
}

/** `pid` is its keeper's number, by which the whole tree is known. */
export function watchedChild(connection: LauncherConnection, pid: number): WatchedChild {
  const { promise: exited, resolve } = Promise.withResolvers<void>();
  let exit: ChildExit | null = null;
  let isForgotten = false;
  let holders = 0;

  function isAwaited(): boolean {
    return exit === null && !isForgotten;
  }

  /** Whoever waits is told, and needs the connection no more. */
  function settle(): void {
    if (holders > 0) connection.release();
    holders = 0;
    resolve();
  }

  return {
    pid,
    startedAt: performance.now(),
    get exit() {
      return exit;
    },
    exited,
    get isForgotten() {
      return isForgotten;
    },
    hold: () => {
      if (!isAwaited()) return;
      holders += 1;
      if (holders === 1) connection.hold();
    },
    release: () => {
      if (holders === 0) return;
      holders -= 1;
      if (holders === 0) connection.release();
    },
    hear: (answer) => {
      const awaited = isAwaited();
      if (answer === null) isForgotten = true;
      // A keeper that was killed took the exit code with it, unless the program had ended before.
      else if (answer.kind === 'gone' && answer.value < 0)
        exit = exit ?? { code: null, group: [], nothingLeft: false };
      else if (answer.kind === 'gone') exit = { code: answer.value, group: [], nothingLeft: true };
      else if (answer.kind === 'ended') exit = { code: answer.value, group: [], nothingLeft: false };
      if (awaited && !isAwaited()) settle();
    },
  };
}
