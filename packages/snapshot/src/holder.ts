import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode, isJsonObject } from '@aiflow/core';

/** Who holds a lock or a lease: enough to tell, from another process of this machine, whether it still lives. */
export interface Holder {
  /** Unique for each lock that is taken, so that threads of one process differ. */
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  /** When the process began, in clock ticks since the boot (proc_pid_stat(5)); null where there is no /proc. */
  readonly startTicks: string | null;
  /** Which boot and which pid namespace the two numbers count in; null where there is no /proc. */
  readonly boot: string | null;
}

export function currentHolder(): Holder {
  return {
    token: randomUUID(),
    host: hostname(),
    pid: process.pid,
    startTicks: startTicks(process.pid),
    boot: boot(),
  };
}

/** Whether the holder's process lives; null when that cannot be known from here, as in another container. */
export function isAlive(holder: Holder): boolean | null {
  if (holder.host !== hostname() || holder.boot !== boot()) return null;
  if (holder.startTicks !== null) return startTicks(holder.pid) === holder.startTicks;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Reads what a holder left of itself; null for anything else, such as a file that is not yet written. */
export function parseHolder(text: string): Holder | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // its writer was killed between making and writing it
  }
  if (!isJsonObject(value)) return null;
  const { token, host, pid, startTicks: start, boot: count } = value;
  if (typeof token !== 'string' || typeof host !== 'string' || typeof pid !== 'number') return null;
  return {
    token,
    host,
    pid,
    startTicks: typeof start === 'string' ? start : null,
    boot: typeof count === 'string' ? count : null,
  };
}

/** The 22nd field of /proc/<pid>/stat, counted from behind the name, which may hold anything. Null when it is gone. */
function startTicks(pid: number): string | null {
  const stat = readProc(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/** Which start of the machine this is; null where there is no /proc. */
export function bootId(): string | null {
  return readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function boot(): string | null {
  const id = bootId();
  return id === null ? null : `${id} ${pidNamespace()}`;
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return ''; // a kernel without namespaces, or a /proc that hides them: then there is one
  }
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // no such process, or no /proc on this system: both are an answer here
  }
}
