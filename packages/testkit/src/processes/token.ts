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
  const found = scan(entry);
  // A process can start another and end while we look; the other has then been missed once, and not twice.
  return found.length === 0 ? scan(entry) : found;
}

function scan(entry: string): ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const environment = readEnvironment(pid);
    if (environment === null || !environment.split('\0').includes(entry)) continue;
    const identity = identify(pid);
    if (identity !== null) found.push(identity);
  }
  return found;
}

/**
 * The environment of a process. One that is becoming another program (execve(2)) shows none for a moment, as the end
 * of its environment is not set yet: it is read again until it is, for half a second at most, or a process of the
 * attempt would be overlooked just when it begins. Threads of the kernel never have one.
 */
function readEnvironment(pid: number): string | null {
  for (let tries = 0; ; tries += 1) {
    const environment = readProcess(pid, 'environ');
    if (environment !== '' || tries === 500) return environment;
    const fields = readStat(pid);
    if (fields === null || fields.state === 'Z' || fields.isKernelThread || fields.hasEnvironment) {
      // What was set between the two reads is there now.
      return fields?.hasEnvironment === true ? readProcess(pid, 'environ') : environment;
    }
    Atomics.wait(moment, 0, 0, 1);
  }
}

const moment = new Int32Array(new SharedArrayBuffer(4));
/** PF_KTHREAD of the kernel's include/linux/sched.h. */
const kernelThread = 0x0020_0000;

interface Stat {
  readonly state: string;
  readonly startTicks: string;
  readonly isKernelThread: boolean;
  readonly hasEnvironment: boolean;
}

/** What `/proc/<pid>/stat` says (proc_pid_stat(5)); null when there is no such process. */
function readStat(pid: number): Stat | null {
  const stat = readProcess(pid, 'stat');
  if (stat === null) return null;
  // The second field is the command in parentheses and may hold anything: what follows its last ")" is regular.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === undefined || startTicks === undefined) return null;
  const isKernelThread = (Number(fields[6]) & kernelThread) !== 0;
  return { state, startTicks, isKernelThread, hasEnvironment: (fields[48] ?? '0') !== '0' };
}

/** Who has this number now; null when nobody has, or only one that has ended. */
export function identify(pid: number): ProcessIdentity | null {
  const stat = readStat(pid);
  return stat === null || stat.state === 'Z' || stat.state === 'X'
    ? null
    : { pid, startTicks: stat.startTicks };
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
