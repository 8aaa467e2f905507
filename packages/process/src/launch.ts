import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, rmdirSync, rmSync } from 'node:fs';
import { environmentNames, errorCode, isAIFlowError, messageOf } from '@aiflow/core';
import { checkSpec, launchFailed } from './check-spec.ts';
import type { ChildExit, LaunchedChild } from './launched-child.ts';
import type { ProcessSpec } from './launcher.ts';
import type { LiveProcess, ProcessTable } from './process-table.ts';
import { groupExists } from './process-table.ts';
import { claimRecords, writeIdentity } from './records.ts';
import { shell, shimArguments } from './shim.ts';

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
  let exit: ChildExit | null = null;
  let holders = 0;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      exit = { code, group: groupOf(table, token, pid), nothingLeft: false };
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
    isForgotten: false,
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
