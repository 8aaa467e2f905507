import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { errorCode } from '@aiflow/core';
import type { ProcessSpec } from '../src/index.ts';

/** A directory for the processes of one test, and an end for whatever is left of them. */
export class Room {
  readonly root: string = mkdtempSync(join(tmpdir(), 'aiflow-process-'));
  readonly #tokens: string[] = [];
  readonly #pids: number[] = [];

  /** A new process that runs a bash script, with the room as its working directory. */
  spec(script: string, overrides: Partial<ProcessSpec> = {}): ProcessSpec {
    const token = randomUUID();
    this.#tokens.push(token);
    const name = `p${this.#tokens.length}`;
    return {
      argv: ['bash', '-c', script],
      cwd: this.root,
      environment: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      token,
      stdout: join(this.root, `${name}.out`),
      stderr: join(this.root, `${name}.err`),
      recordDir: join(this.root, name),
      ...overrides,
    };
  }

  read(name: string): string {
    return readFileSync(join(this.root, name), 'utf8').trim();
  }

  has(name: string): boolean {
    return existsSync(join(this.root, name));
  }

  /** The number that a script wrote into a file, as soon as it has. */
  async pid(name: string): Promise<number> {
    await until(`${name} to hold a process number`, () => this.has(name) && this.read(name) !== '');
    const pid = Number(this.read(name));
    this.#pids.push(pid);
    return pid;
  }

  dispose(): void {
    const left = [
      ...holdersOf(new Set(this.#tokens)),
      ...this.#pids.filter(isRunning),
      ...dwellers(this.root),
    ];
    for (const pid of left) killHard(pid);
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Waits for a condition; fails, saying what it waited for, after ten seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited 10 s for ${what}`);
    await setTimeout(5);
  }
}

/** Written without the code under test: which processes carry the token. */
export function holders(token: string): number[] {
  return holdersOf(new Set([token]));
}

function holdersOf(tokens: ReadonlySet<string>): number[] {
  const prefix = 'AIFLOW_ATTEMPT_ID=';
  const holds = (entry: string): boolean =>
    entry.startsWith(prefix) && tokens.has(entry.slice(prefix.length));
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && isRunning(pid))
    .filter((pid) => readProc(`/proc/${pid}/environ`).split('\0').some(holds));
}

/** Who works in a directory, whatever became of its environment. */
export function dwellers(directory: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && isRunning(pid) && linkAt(`/proc/${pid}/cwd`) === directory);
}

/** What a process has open; nothing of one that is gone, or another user's. */
export function openedBy(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  try {
    return readdirSync(directory).flatMap((fd) => linkAt(`${directory}/${fd}`) ?? []);
  } catch {
    return [];
  }
}

/** Null where what it is of ended or was closed meanwhile, or is another user's. */
function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** Whether a process is there and not only waiting to be collected. */
export function isRunning(pid: number): boolean {
  const stat = readProc(`/proc/${pid}/stat`);
  return stat !== '' && !/\) [ZX] [^)]*$/.test(stat);
}

export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return '';
    throw error;
  }
}
