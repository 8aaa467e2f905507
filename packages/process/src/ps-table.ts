import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { environmentNames } from '@aiflow/core';
import type { LiveProcess, ProcessTable } from './process-table.ts';
import { descendantsAmong } from './process-table.ts';

/**
 * The `ps` of BSD, macOS and procps, for systems without Linux's /proc: a process is started for each question, and
 * times are whole seconds. What macOS hides of a protected program's environment cannot be found by its token.
 */
export function psTable(): ProcessTable {
  let bootId: string | null = null;
  return {
    bootId: () => (bootId ??= readBootId()),
    look: (pid) => list(['-p', String(pid)])[0] ?? null,
    holds: (pid, token) => list(['-p', String(pid)]).some((found) => carries(found, token)),
    members: ({ token, group }) =>
      list(['-A']).filter(
        (found) =>
          found.pid !== process.pid && ((group !== null && found.group === group) || carries(found, token)),
      ),
    descendants: (pid) => descendantsAmong(list(['-A']), pid),
    mayHaveWrapped: () => true,
  };
}

const columns = [
  '-ww',
  '-E',
  '-o',
  'pid=',
  '-o',
  'ppid=',
  '-o',
  'pgid=',
  '-o',
  'stat=',
  '-o',
  'lstart=',
  '-o',
  'command=',
];

// "Fri Nov 20 16:42:06 2026", in the C locale
const line = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d+)\s?(.*)$/;

function list(selection: readonly string[]): LiveProcess[] {
  const found: LiveProcess[] = [];
  for (const text of runPs(selection).split('\n')) {
    const [, pid, parent, group, state, startTicks, image] = line.exec(text) ?? [];
    if (startTicks === undefined || state?.startsWith('Z') === true) continue;
    found.push({
      pid: Number(pid),
      group: Number(group),
      startTicks,
      parent: Number(parent),
      image: image ?? '',
    });
  }
  return found;
}

function runPs(selection: readonly string[]): string {
  // procps knows the environment by the letter e without a dash only, and macOS by -E.
  const format = process.platform === 'linux' ? ['eww', ...columns.slice(2)] : columns;
  try {
    return execFileSync('ps', [...format, ...selection], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    // ps ends with 1 when nothing matches.
    if (Reflect.get(Object(error), 'status') === 1) return '';
    throw error;
  }
}

/** The image is the command's arguments, and its environment behind them. */
function carries({ image }: LiveProcess, token: string): boolean {
  return ` ${image} `.includes(` ${environmentNames.attemptId}=${token} `);
}

function readBootId(): string {
  if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim();
}
