import { existsSync, readdirSync } from 'node:fs';
import { environmentNames } from '@aiflow/core';
import { readEnvironment, readText } from './proc-files.ts';
import type { LiveProcess, MemberQuery, ProcessTable } from './process-table.ts';
import { descendantsAmong, groupExists } from './process-table.ts';

// What does not change while this process lives is read once for all tables.
let bootId: string | null = null;
let pidMax: number | null = null;

/** Linux's /proc: https://man7.org/linux/man-pages/man5/proc.5.html */
export function linuxTable(): ProcessTable {
  return {
    bootId: () => (bootId ??= readText('/proc/sys/kernel/random/boot_id') ?? 'unknown'),
    look,
    holds,
    members,
    descendants,
    mayHaveWrapped: (lifetimeMs) => {
      pidMax ??= Number(readText('/proc/sys/kernel/pid_max') ?? 0);
      // Numbers rise and start over at the end. Nobody starts 20 processes in each millisecond for so long.
      return lifetimeMs * 20 > pidMax;
    },
  };
}

function look(pid: number): LiveProcess | null {
  const stat = readText(`/proc/${pid}/stat`);
  return stat === null ? null : parseStat(pid, stat);
}

/** The second field is the command's name in parentheses and may hold anything; what follows the last `)` is regular. */
export function parseStat(pid: number, stat: string): LiveProcess | null {
  const [state, parent, group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTicks = rest[16]; // field 22 of the line
  const image = rest[42] ?? ''; // field 48, where its arguments lie: another random place after each execve(2)
  if (state === 'Z' || state === 'X' || group === undefined || startTicks === undefined) return null;
  return { pid, group: Number(group), startTicks, parent: Number(parent), image };
}

function holds(pid: number, token: string): boolean {
  const environment = readEnvironment(pid);
  return environment !== null && hasEntry(environment, Buffer.from(`${environmentNames.attemptId}=${token}`));
}

/** Whether one of the entries, which end with NUL, is this one. */
function hasEntry(environment: Buffer, entry: Buffer): boolean {
  for (let at = environment.indexOf(entry); at !== -1; at = environment.indexOf(entry, at + 1)) {
    const after = environment[at + entry.length];
    if ((at === 0 || environment[at - 1] === 0) && (after === 0 || after === undefined)) return true;
  }
  return false;
}

function members({ token, group, after }: MemberQuery): LiveProcess[] {
  const entry = Buffer.from(`${environmentNames.attemptId}=${token}`);
  const sought = group !== null && groupExists(group) ? group : null;
  const found: LiveProcess[] = [];
  // A member of the group may be older than `after` only if it is the group's first process.
  for (const pid of sought === null && after !== null ? pidsAfter(after) : allPids()) {
    if (pid === process.pid) continue;
    const environment = readEnvironment(pid);
    const holder = environment !== null && hasEntry(environment, entry);
    if (!holder && sought === null) continue;
    const live = look(pid);
    if (live !== null && (holder || live.group === sought)) found.push(live);
  }
  return found;
}

/** By what each process tells of its children, or of all processes where the kernel does not (CONFIG_PROC_CHILDREN). */
function descendants(pid: number): LiveProcess[] {
  if (!existsSync('/proc/thread-self/children')) {
    return descendantsAmong(
      allPids().flatMap((other) => look(other) ?? []),
      pid,
    );
  }
  const found: LiveProcess[] = [];
  for (let parents = [pid]; parents.length > 0;) {
    const children = parents.flatMap(childrenOf);
    // One that has ended has no children: they were given to whoever collects orphans.
    const live = children.flatMap((child) => look(child) ?? []);
    found.push(...live);
    parents = live.map((child) => child.pid);
  }
  return found;
}

/** Those of all its threads. */
function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // it is gone
  }
  return threads.flatMap((thread) => {
    const line = readText(`/proc/${pid}/task/${thread}/children`) ?? '';
    return line === '' ? [] : line.split(' ').map(Number);
  });
}

function allPids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** The numbers given out since `pid` was, as long as they have not gone round once. */
function pidsAfter(pid: number): number[] {
  const last = Number(readText('/proc/loadavg')?.trim().split(' ').at(-1));
  if (!Number.isInteger(last)) return allPids();
  // Trying each number of a short range is quicker than listing all processes.
  if (last >= pid && last - pid <= 64)
    return Array.from({ length: last - pid }, (_, index) => pid + 1 + index);
  const isLater =
    last >= pid
      ? (other: number) => other > pid && other <= last
      : (other: number) => other > pid || other <= last;
  return allPids().filter(isLater);
}
