import { AIFlowError, errorCode, pause } from '@aiflow/core';
import type { OwnTree } from './own-tree.ts';
import type { LiveProcess, ProcessTable } from './process-table.ts';

/**
 * Resolves when the main process, which is a shim, has started its program, or is gone. A TERM that came a moment
 * before would be lost: to the shim, which must outlive its program, or to a program that is not there yet.
 */
export async function untilProgramRuns(
  table: ProcessTable,
  tree: OwnTree,
  signal?: AbortSignal,
): Promise<void> {
  if (tree.group === null) return;
  const deadline = performance.now() + 1_000;
  while (performance.now() < deadline) {
    const shim = table.look(tree.group);
    if (shim === null) return;
    // Where the system tells no image, a process that was forked a moment ago counts as a program.
    const started = ({ parent, image }: LiveProcess): boolean =>
      parent === shim.pid && (image !== shim.image || image === '0');
    if (tree.members().some(started)) return;
    await pause(1, signal);
  }
}

export interface EndTreeOptions {
  /** From TERM to KILL, in milliseconds; 0 kills at once. */
  readonly graceMs: number;
  /** How long what was killed may take to be gone, in milliseconds; 10,000 unless said. */
  readonly killMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Ends every process of the tree and resolves, with how many there were, when none is left. They are told to end with
 * TERM; what is there after the grace time is killed. What appears meanwhile is treated the same. Returns as soon as
 * all are gone. Throws `process.survivors` when some are still there `killMs` after KILL, and the signal's reason.
 */
export async function endTree(table: ProcessTable, tree: OwnTree, options: EndTreeOptions): Promise<number> {
  const { graceMs, killMs = 10_000, signal } = options;
  const seen = new Set<string>();
  let left = await press(table, tree, 'SIGTERM', graceMs, seen, signal);
  if (left.length > 0) left = await press(table, tree, 'SIGKILL', killMs, seen, signal);
  if (left.length === 0) return seen.size;
  const pids = left.map(({ pid }) => pid);
  throw new AIFlowError(
    'process.survivors',
    `these processes are still there ${killMs / 1000} s after KILL: ${pids.join(', ')}; they may belong to another ` +
      `user or hang in the kernel: end them by hand`,
    { context: { pids } },
  );
}

/** Sends the signal to all of the tree, also to what appears later; gives what is left when the time is over. */
async function press(
  table: ProcessTable,
  tree: OwnTree,
  name: NodeJS.Signals,
  milliseconds: number,
  seen: Set<string>,
  signal: AbortSignal | undefined,
): Promise<LiveProcess[]> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    signal?.throwIfAborted();
    let members = tree.members();
    // A process can start another and end while we look; the other has then been missed once, and not twice.
    if (members.length === 0 && seen.size > 0) members = tree.members();
    const others = members.filter(({ pid }) => pid !== tree.keeper);
    for (const { pid, startTicks } of others) seen.add(`${pid} ${startTicks}`);
    if (members.length === 0 || performance.now() >= deadline) return members;
    send(name, others, tree.group);
    if (name === 'SIGKILL' && tree.keeper !== null && others.length < members.length) askKeeper(tree.keeper);
    // The keeper alone is about to end, or was just given a process that we have not seen.
    if (others.length > 0) await untilGone(table, others, deadline, signal);
    else await pause(1, signal);
  }
}

/**
 * Looks only at these few, and more and more seldom. What they start while they end is left alone as long as they are
 * there: it may be what they clean up with.
 */
async function untilGone(
  table: ProcessTable,
  members: readonly LiveProcess[],
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let interval = 1;
  while (members.some(({ pid, startTicks }) => table.look(pid)?.startTicks === startTicks)) {
    const rest = deadline - performance.now();
    if (rest <= 0) return;
    await pause(Math.min(interval, rest), signal);
    interval = Math.min(interval * 2, 50);
  }
}

/** To kill all that is below it, and what that starts meanwhile: it does so far more quickly than we can look. */
function askKeeper(pid: number): void {
  signalTo(pid, 'SIGUSR1');
}

/** Signals each once: groups as wholes where they are ours, so that nothing in them forks its way past the signal. */
function send(name: NodeJS.Signals, members: readonly LiveProcess[], own: number | null): void {
  const groups = new Set(
    members.filter(({ pid, group }) => group === own || group === pid).map(({ group }) => group),
  );
  const targets = new Set(members.map(({ pid, group }) => (groups.has(group) ? -group : pid)));
  for (const target of targets) signalTo(target, name);
}

function signalTo(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch (error) {
    // ESRCH: gone meanwhile. EPERM: another user's; it is named as a survivor if it stays.
    if (errorCode(error) !== 'ESRCH' && errorCode(error) !== 'EPERM') throw error;
  }
}
