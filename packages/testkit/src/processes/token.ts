import { readFileSync, readdirSync } from 'node:fs';
import { environmentNames, errorCode } from '@aiflow/core';
import { until } from '../suite/wait.ts';

/** A process, told from a later one with the same number by when it began (in clock ticks since boot). */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: string;
}

/** Whether this machine shows the environments of processes: Linux's `/proc` does. */
export const canFindProcesses: boolean = process.platform === 'linux';

/**
 * The processes of this machine whose environment carries the attempt's token, without those that have ended and wait
 * to be collected. The environment is the one that a process began with (proc_pid_environ(5)).
 */
export function holdersOf(attemptId: string): ProcessIdentity[] {
  return processesWith(environmentNames.attemptId, attemptId);
}

/** The same for any variable of the environment. */
export function processesWith(variable: string, value: string): ProcessIdentity[] {
  const entry = `${variable}=${value}`;
  const found: ProcessIdentity[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const environment = readProcess(pid, 'environ');
    if (environment === null || !environment.split('\0').includes(entry)) continue;
    const identity = identify(pid);
    if (identity !== null) found.push(identity);
  }
  return found;
}

/** Who has this number now; null when nobody has, or only one that has ended. */
export function identify(pid: number): ProcessIdentity | null {
  const stat = readProcess(pid, 'stat');
  if (stat === null) return null;
  // The second field is the command in parentheses and may hold anything: what follows its last ")" is regular.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTicks = fields[19];
  if (state === 'Z' || state === 'X' || startTicks === undefined) return null;
  return { pid, startTicks };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTicks === identity.startTicks;
}

/** Kills what still carries the token, so that a broken plugin leaves nothing on the machine of its author. */
export async function killHolders(attemptId: string): Promise<void> {
  if (!canFindProcesses) return;
  await until(`no process of attempt ${attemptId}`, () => {
    const holders = holdersOf(attemptId);
    for (const { pid } of holders) kill(pid);
    return holders.length === 0;
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error; // it ended by itself meanwhile
  }
}

function readProcess(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null; // gone, or another user's
    throw error;
  }
}
