import { truncateSync } from 'node:fs';
import { childrenOf, killHard, processesOf } from '../processes.ts';
import type { Answer } from './messages.ts';
import type { Point, Trap } from './points.ts';

let armed: Trap | null = null;
let passed = 0;
let synced: { readonly log: string; readonly size: number } | null = null;

/** Sets the trap; null for none. */
export function setTrap(trap: Trap | null): void {
  armed = trap;
  passed = 0;
}

/** So much of the log is on the disk: a machine that fails leaves it there. */
export function keepSynced(log: string, size: number): void {
  synced = { log, size };
}

/** The scheduler has come to a point. */
export function pass(point: Point): void {
  if (armed === null || armed.point !== point) return;
  passed += 1;
  if (passed === armed.nth) spring(armed);
}

function spring(trap: Trap): void {
  armed = null;
  const room = process.env['CRASH_ROOM'] ?? '';
  const isAlone = trap.victim === 'scheduler' || trap.victim === 'machine';
  const launchers = isAlone ? [] : processesOf(room).launchers;
  if (!isAlone && launchers.length === 0) return killHard(process.pid); // there is nobody else
  switch (trap.victim) {
    case 'machine':
      if (synced !== null) truncateSync(synced.log, synced.size);
      return killHard(process.pid);
    case 'scheduler':
      return killHard(process.pid);
    case 'both':
      for (const pid of launchers) killHard(pid);
      return killHard(process.pid);
    case 'launcher':
      for (const pid of launchers) killHard(pid);
      break;
    case 'frozen':
      for (const pid of launchers) killHard(pid, 'SIGSTOP');
      setTimeout(() => {
        for (const pid of launchers) killHard(pid);
        tell(trap);
      }, 20);
      return;
    case 'keeper':
      // Asked again from the event loop: what is to launch it must be sent meanwhile.
      return killNextKeeper(trap, new Map(launchers.map((pid) => [pid, new Set(childrenOf(pid))])), 200);
  }
  tell(trap);
}

function killNextKeeper(trap: Trap, known: ReadonlyMap<number, ReadonlySet<number>>, rounds: number): void {
  const until = performance.now() + 1;
  do {
    for (const [launcher, before] of known) {
      const keeper = childrenOf(launcher).find((pid) => !before.has(pid));
      if (keeper === undefined) continue;
      killHard(keeper);
      return tell(trap);
    }
  } while (performance.now() < until);
  if (rounds > 0) setImmediate(() => killNextKeeper(trap, known, rounds - 1));
}

function tell({ point, victim }: Trap): void {
  process.send?.({ kind: 'killed', point, victim } satisfies Answer);
}
