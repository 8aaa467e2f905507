import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { AIFlowError, environmentNames, errorCode, isAIFlowError, messageOf } from '@aiflow/core';
import { findProgram } from './executable.ts';
import type { ProcessSpec } from './launcher.ts';
import type { LiveProcess, ProcessTable } from './process-table.ts';
import { groupExists } from './process-table.ts';
import { claimRecords, writeIdentity } from './records.ts';
import { shell, shimArguments } from './shim.ts';

interface ChildExit {
  /** Null when the shim itself was killed. */
  readonly code: number | null;
  /** Who was still in its group when it was collected; afterwards only they tell that the group is not a stranger's. */
  readonly group: readonly LiveProcess[];
}

/** A process that this one launched, so that the system tells when it ends. */
export interface LaunchedChild {
  readonly pid: number;
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** Null while it lives or waits to be collected: until then its number is nobody else's. */
  readonly exit: ChildExit | null;
  /** Resolves when it has ended. */
  readonly exited: Promise<void>;
  /** Keeps this process alive until as many calls of `release` were made, or the child has ended. */
  hold(): void;
  release(): void;
}

/**
 * Launches a process; see `ProcessLauncher.launch`. All calls are synchronous: thousands of processes are launched in
 * a row, and each of these calls is shorter than handing it to another thread.
 */
export async function launchChild(spec: ProcessSpec, table: ProcessTable): Promise<LaunchedChild> {
  const argv = checkSpec(spec);
  let claimed = false;
  let child: ChildProcess | null = null;
  const opened: OpenedFile[] = [];
  try {
    claimRecords(spec.recordDir);
    claimed = true;
    for (const path of [spec.stdout, spec.stderr]) opened.push({ path, file: openSync(path, 'a') });
    child = spawnShim(spec, argv, opened);
    if (child.pid === undefined) throw (await once(child, 'error'))[0];
    const launched = watch(child, child.pid, spec.token, table);
    // One that has ended already left its exit status: nobody needs to know which process it was.
    const live = table.look(child.pid);
    if (live !== null) {
      writeIdentity(spec.recordDir, { pid: live.pid, startTicks: live.startTicks, bootId: table.bootId() });
    }
    return launched;
  } catch (error) {
    if (isAIFlowError(error)) throw error;
    if (child?.pid !== undefined) await kill(child, child.pid);
    for (const file of opened) removeIfEmpty(file);
    if (claimed) removeRecords(spec.recordDir, child?.pid !== undefined);
    throw launchFailed(spec, errorCode(error) ?? 'unknown', messageOf(error), error);
  } finally {
    for (const { file } of opened) closeSync(file);
  }
}

interface OpenedFile {
  readonly path: string;
  readonly file: number;
}

function spawnShim(
  spec: ProcessSpec,
  argv: readonly string[],
  [stdout, stderr]: readonly OpenedFile[],
): ChildProcess {
  return spawn(shell, shimArguments(spec.recordDir, argv), {
    cwd: spec.cwd,
    env: { ...spec.environment, [environmentNames.attemptId]: spec.token },
    detached: true, // setsid(2): a session and a group of its own
    stdio: ['ignore', stdout?.file, stderr?.file],
  });
}

function watch(child: ChildProcess, pid: number, token: string, table: ProcessTable): LaunchedChild {
  let exit: LaunchedChild['exit'] = null;
  let holders = 0;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      exit = { code, group: groupOf(table, token, pid) };
      resolve();
    });
  });
  child.unref();
  return {
    pid,
    startedAt: performance.now(),
    get exit() {
      return exit;
    },
    exited,
    hold: () => {
      holders += 1;
      if (holders === 1) child.ref();
    },
    release: () => {
      holders -= 1;
      if (holders === 0) child.unref();
    },
  };
}

/** Nearly always empty; then this is one system call. */
function groupOf(table: ProcessTable, token: string, group: number): LiveProcess[] {
  if (!groupExists(group)) return [];
  try {
    return table.members({ token, group, after: null }).filter((live) => live.group === group);
  } catch {
    // Nobody would catch it in an event handler. What is left is then known by its token, and whoever ends it looks
    // in the same way and is told what is wrong.
    return [];
  }
}

/** Finds what can be known to fail before anything is begun; gives `argv` with the program's absolute path. */
function checkSpec(spec: ProcessSpec): string[] {
  const [name, ...rest] = spec.argv;
  if (statSync(spec.cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw launchFailed(
      spec,
      'ENOENT',
      `its working directory ${spec.cwd} is not a directory: create it first`,
    );
  }
  const program = findProgram(name, spec.cwd, spec.environment);
  if ('path' in program) return [program.path, ...rest];
  const fix = {
    ENOENT: name.includes('/')
      ? 'there is no such file: correct the path'
      : 'it is not on the PATH: install it or extend PATH',
    EACCES: 'the file may not be executed: set its executable bit',
    EISDIR: 'that is not a file: name the program itself',
  }[program.reason];
  throw launchFailed(spec, program.reason, fix ?? `the system says ${program.reason}`);
}

function launchFailed(spec: ProcessSpec, reason: string, why: string, cause?: unknown): AIFlowError {
  const program = spec.argv[0];
  return new AIFlowError('process.launch_failed', `cannot start ${JSON.stringify(program)}: ${why}`, {
    context: { reason, program, cwd: spec.cwd },
    cause,
  });
}

/** Ends a child that was spawned and cannot be recorded. */
async function kill(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  process.kill(-pid, 'SIGKILL');
  await exited;
}

/** Before there was a child nothing is in them; looking needs a file descriptor, which may be what is missing. */
function removeRecords(recordDir: string, childWasThere: boolean): void {
  if (childWasThere) rmSync(recordDir, { recursive: true, force: true });
  else rmdirSync(recordDir);
}

function removeIfEmpty({ path, file }: OpenedFile): void {
  if (fstatSync(file).isFile() && fstatSync(file).size === 0) rmSync(path, { force: true });
}
