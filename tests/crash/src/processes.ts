import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { errorCode } from '@aiflow/core';

/** What stands between a room's scheduler and its jobs, by what `/proc` shows of it. */
export interface RoomProcesses {
  readonly launchers: readonly number[];
  /** Of a job each: the process between the launcher and the job. */
  readonly keepers: readonly number[];
  /** Those whose launcher lives: it ends what they kept when they are killed. */
  readonly launchedKeepers: readonly number[];
}

export function processesOf(directory: string): RoomProcesses {
  const family = new Map<number, { readonly name: string; readonly parent: number }>();
  for (const pid of allPids()) {
    const socket = read(pid, 'cmdline').split('\0')[1] ?? '';
    const stat = socket.startsWith(`${directory}/tmp/`) ? readStat(pid) : null;
    if (stat !== null) family.set(pid, stat);
  }
  // A keeper is a copy of its launcher and has its name for a moment; so is, of its keeper, what becomes the program.
  const named = (name: string): number[] =>
    [...family].filter(([, stat]) => stat.name === name).map(([pid]) => pid);
  const parentOf = (pid: number): number => family.get(pid)?.parent ?? 0;
  const keepers = named('aiflow-keeper').filter((pid) => family.get(parentOf(pid))?.name !== 'aiflow-keeper');
  return {
    launchers: named('aiflow-launcher').filter((pid) => !family.has(parentOf(pid))),
    keepers,
    launchedKeepers: keepers.filter((pid) => family.has(parentOf(pid))),
  };
}

/**
 * The processes of a room's jobs, of one execution when it is named. They are known by the lock that `job.sh` opens and
 * that all they start inherits, also what clears its environment and leaves its session.
 */
export function jobsOf(directory: string, executionId: string = ''): number[] {
  const lock = `${directory}/locks/${executionId}`;
  return allPids().filter((pid) => filesOf(pid).some((path) => path.startsWith(lock)));
}

/** Whether a process began with an empty environment. */
export function hidesItsOrigin(pid: number): boolean {
  return read(pid, 'environ') === '';
}

/** Whether it has ended and its launcher has collected it. */
export function isCollected(pid: number): boolean {
  return read(pid, 'stat') === '';
}

/** The children of a launcher, which are keepers; quicker than a look at all processes. */
export function childrenOf(pid: number): number[] {
  return read(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

// As it is when this is loaded: in the scheduler's process there are points round it later.
const send = process.kill.bind(process);

/** Sends a signal; harmless when the process is gone. */
export function killHard(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    send(pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

function allPids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** The files that a process has open; none of one that is gone, or another user's. */
function filesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((file) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${file}`);
      } catch {
        return ''; // closed meanwhile
      }
    });
  } catch {
    return [];
  }
}

/** Null when it is gone or only waits to be collected. */
function readStat(pid: number): { readonly name: string; readonly parent: number } | null {
  const stat = read(pid, 'stat');
  const end = stat.lastIndexOf(')');
  const [state, parent] = stat.slice(end + 2).split(' ');
  if (stat === '' || state === 'Z' || state === 'X') return null;
  return { name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(parent) };
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // gone, or another user's
  }
}
