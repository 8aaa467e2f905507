import { abortable, AIFlowError, messageOf, pause } from '@aiflow/core';
import { beginningOf, untilWritten } from './beginning.ts';
import { Children } from './children.ts';
import { endTree, untilProgramRuns } from './end-tree.ts';
import { signalOf } from './exit-code.ts';
import type { LaunchedChild } from './launched-child.ts';
import type { ProcessEnd, ProcessLauncher, ProcessPlace, ProcessSpec, ProcessState } from './launcher.ts';
import type { OwnTree } from './own-tree.ts';
import { keptTree, ownTree } from './own-tree.ts';
import type { LiveProcess, ProcessTable } from './process-table.ts';
import { isAlive } from './process-table.ts';
import type { RecordedIdentity } from './records.ts';
import { hasMark, readBegun, readExit, readIdentity, writeMark } from './records.ts';

export interface RecordLauncherOptions {
  readonly table: ProcessTable;
  /** See `ProcessLauncher.launch`. `child` is null when the process began and nobody will tell of its end. */
  launch(spec: ProcessSpec): Promise<{ readonly pid: number; readonly child: LaunchedChild | null }>;
  /** Gets to be told of the end of another process's child; null when nobody can tell. */
  adopt(identity: RecordedIdentity): Promise<LaunchedChild | null>;
}

const defaultGraceMs = 5_000;

/**
 * What all launchers have in common: whoever launched a process and however, it is found by its records, waited for and
 * ended in the same way.
 */
export function createRecordLauncher(options: RecordLauncherOptions): ProcessLauncher {
  const { table } = options;
  const children = new Children();
  const launching = new Map<string, Promise<unknown>>();

  async function launch(spec: ProcessSpec): Promise<{ readonly pid: number }> {
    const launched = options.launch(spec);
    launching.set(spec.recordDir, launched);
    try {
      const { pid, child } = await launched;
      if (child !== null) children.add(spec.recordDir, child);
      return { pid };
    } finally {
      if (launching.get(spec.recordDir) === launched) launching.delete(spec.recordDir);
    }
  }

  /** A launch of our own that is under way must not be taken for one that was cut short. */
  async function afterLaunch({ recordDir }: ProcessPlace): Promise<void> {
    await launching.get(recordDir)?.catch(() => undefined);
  }

  /** The number of the main process while it lives. */
  function livePid({ recordDir, token }: ProcessPlace): number | null {
    const child = children.get(recordDir);
    if (child !== undefined) return child.exit === null ? child.pid : null;
    const identity = readIdentity(recordDir);
    if (identity !== null) {
      // A keeper lives longer than its program when that leaves something behind.
      const mayLinger = identity.launcher !== null && readExit(recordDir) !== null;
      return !mayLinger && isAlive(table, identity) ? identity.pid : null;
    }
    // The launch was cut short before the identity was written: the shim's own number, if it still holds the token.
    const begun = readBegun(recordDir);
    return typeof begun === 'number' && table.look(begun) !== null && table.holds(begun, token)
      ? begun
      : null;
  }

  function endOf({ recordDir }: ProcessPlace): ProcessEnd {
    // A shim that could not write, because the disk is full, still ends with the program's code.
    const exitCode = children.get(recordDir)?.exit?.code ?? readExit(recordDir);
    const outcome = hasMark(recordDir, 'stopping') ? 'stopped' : exitCode === null ? 'lost' : 'exited';
    return { outcome, exitCode, signal: exitCode === null ? null : signalOf(exitCode), leftovers: 0 };
  }

  async function find(place: ProcessPlace): Promise<ProcessState> {
    await afterLaunch(place);
    const pid = livePid(place);
    if (pid !== null) return { state: 'running', pid };
    // Of an own child there is no doubt: only another process's launch can have been cut short.
    let beginning = children.get(place.recordDir) !== undefined ? 'began' : beginningOf(place.recordDir);
    if (beginning === 'unreadable') beginning = await untilWritten(place.recordDir);
    if (beginning === 'never') return { state: 'never_began' };
    // The main process may have begun since it was looked for above.
    const begun = livePid(place);
    if (begun !== null) return { state: 'running', pid: begun };
    if (beginning === 'unreadable' || isHalfStopped(place)) {
      const [member] = table.members({ token: place.token, group: null, after: null });
      if (member !== undefined) return { state: 'running', pid: member.pid };
    }
    return { state: 'ended', end: endOf(place) };
  }

  /** What may be signalled. */
  function treeOf(place: ProcessPlace): OwnTree {
    const keeper = readIdentity(place.recordDir);
    if (keeper !== null && keeper.launcher !== null && isAlive(table, keeper)) {
      return keptTree(table, keeper, place.token);
    }
    const child = children.get(place.recordDir);
    const live = livePid(place);
    const main = live === null ? null : table.look(live);
    const known = (): LiveProcess[] => [...(main === null ? [] : [main]), ...(child?.exit?.group ?? [])];
    const group = live ?? (child !== undefined && known().length > 0 ? child.pid : null);
    const quick =
      live === null && child !== undefined && !table.mayHaveWrapped(performance.now() - child.startedAt);
    const holdsNumber = (): boolean => child?.exit === null;
    return ownTree(table, { token: place.token, group, after: quick ? child.pid : null, known, holdsNumber });
  }

  async function untilMainEnded(place: ProcessPlace, signal: AbortSignal | undefined): Promise<void> {
    const child = children.get(place.recordDir) ?? (await adopt(place));
    if (child !== null) await untilExited(child, signal);
    if (child === null || child.exit === null) await pollUntilEnded(place, signal);
  }

  async function adopt({ recordDir }: ProcessPlace): Promise<LaunchedChild | null> {
    const identity = readIdentity(recordDir);
    if (identity === null || readExit(recordDir) !== null || !isAlive(table, identity)) return null;
    const child = await options.adopt(identity);
    // Asked again: had it ended before we were heard, its number may be another's.
    if (child !== null && child.exit === null && !isAlive(table, identity)) return null;
    if (child !== null) children.add(recordDir, child);
    return child;
  }

  /** Nobody tells us when it ends. What ran long is looked at more seldom. */
  async function pollUntilEnded(place: ProcessPlace, signal: AbortSignal | undefined): Promise<void> {
    const start = performance.now();
    for (;;) {
      const found = await find(place);
      if (found.state === 'never_began') throw neverBegan(place);
      // Whoever was stopping it may be dead: what is left without its main process is for us to end.
      if (found.state === 'ended' || (isHalfStopped(place) && livePid(place) === null)) return;
      await pause(Math.min(Math.max((performance.now() - start) / 10, 10), 1_000), signal);
    }
  }

  return {
    launch,
    find,
    wait: async (place, { graceMs = defaultGraceMs, signal } = {}) => {
      signal?.throwIfAborted();
      await afterLaunch(place);
      await untilMainEnded(place, signal);
      const isEmpty = children.get(place.recordDir)?.exit?.nothingLeft === true;
      const leftovers = isEmpty
        ? 0
        : await endTree(table, treeOf(place), { graceMs, ...(signal && { signal }) });
      const end = endOf(place);
      if (end.outcome === 'stopped' && isHalfStopped(place)) writeMark(place.recordDir, 'stopped');
      children.settle(place.recordDir);
      return end.outcome === 'stopped' ? end : { ...end, leftovers };
    },
    stop: async (place, { graceMs = defaultGraceMs, signal } = {}) => {
      const found = await find(place);
      if (found.state === 'never_began') return null;
      const unmarked = found.state === 'running' ? tryToMark(place.recordDir) : null;
      const tree = treeOf(place);
      if (graceMs > 0) await untilProgramRuns(table, tree, signal);
      await endTree(table, tree, { graceMs, ...(signal && { signal }) });
      const child = children.get(place.recordDir);
      if (child !== undefined) await untilExited(child);
      if (unmarked !== null) throw unmarked;
      if (isHalfStopped(place)) writeMark(place.recordDir, 'stopped');
      const end = endOf(place);
      children.settle(place.recordDir);
      return end;
    },
  };
}

/** Keeps this process alive meanwhile: else it could end before it is told of the child's end. */
async function untilExited(child: LaunchedChild, signal?: AbortSignal): Promise<void> {
  child.hold();
  try {
    await abortable(child.exited, signal);
  } finally {
    child.release();
  }
}

/** Whether a stop has begun and nobody has seen its end. */
function isHalfStopped({ recordDir }: ProcessPlace): boolean {
  return hasMark(recordDir, 'stopping') && !hasMark(recordDir, 'stopped');
}

/** Marks that a stop begins; an error is given back, for a full disk must not keep a process from being stopped. */
function tryToMark(recordDir: string): Error | null {
  try {
    writeMark(recordDir, 'stopping');
    return null;
  } catch (error) {
    return new AIFlowError(
      'process.unrecorded',
      `a process was stopped, but that could not be written down: ${messageOf(error)}`,
      {
        context: { recordDir },
        cause: error,
      },
    );
  }
}

function neverBegan({ recordDir }: ProcessPlace): AIFlowError {
  return new AIFlowError(
    'process.not_found',
    `no process ever began with the records ${recordDir}: launch it first`,
    {
      context: { recordDir },
    },
  );
}
