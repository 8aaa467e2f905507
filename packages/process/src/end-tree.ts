import { AIFlowError, errorCode } from '@aiflow/core';
import { pause } from './abort.ts';
import type { LiveProcess, MemberQuery, ProcessTable } from './process-table.ts';

export interface EndTreeOptions {
  /** From TERM to KILL, in milliseconds; 0 kills at once. */
  readonly graceMs: number;
  readonly signal?: AbortSignal;
}

/** How long what was killed may take to be gone: a process in the middle of a disk access dies after it. */
const killMs = 10_000;

/**
 * Ends every process of the tree and resolves, with how many there were, when none is left. They are told to end with
 * TERM; what is there after the grace time is killed. What appears meanwhile is treated the same. Returns as soon as
 * all are gone. Throws `process.survivors` when some are still there 10 s after KILL, and the signal's reason.
 */
export async function endTree(
  table: ProcessTable,
  tree: MemberQuery,
  options: EndTreeOptions,
): Promise<number> {
  const seen = new Set<string>();
  let left = await press(table, tree, 'SIGTERM', options.graceMs, seen, options.signal);
  if (left.length > 0) left = await press(table, tree, 'SIGKILL', killMs, seen, options.signal);
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
  tree: MemberQuery,
  name: NodeJS.Signals,
  milliseconds: number,
  seen: Set<string>,
  signal: AbortSignal | undefined,
): Promise<LiveProcess[]> {
  const deadline = performance.now() + milliseconds;
  const signalled = new Set<string>();
  for (;;) {
    signal?.throwIfAborted();
    let members = table.members(tree);
    // A process can start another and end while we look; the other has then been missed once, and not twice.
    if (members.length === 0 && seen.size > 0) members = table.members(tree);
    for (const member of members) seen.add(keyOf(member));
    if (members.length === 0 || performance.now() >= deadline) return members;
    send(
      name,
      members.filter((member) => !signalled.has(keyOf(member))),
      tree.group,
    );
    for (const member of members) signalled.add(keyOf(member));
    await untilGone(table, members, deadline, signal);
  }
}

/** Looks only at these few, and more and more seldom: all processes are looked through when they are gone. */
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

/** Signals groups as wholes where they are ours, so that nothing in them can fork its way past the signal. */
function send(name: NodeJS.Signals, members: readonly LiveProcess[], own: number | null): void {
  const targets = new Set<number>();
  for (const { pid, group } of members) targets.add(group === own || group === pid ? -group : pid);
  for (const target of targets) {
    try {
      process.kill(target, name);
    } catch (error) {
      // ESRCH: gone meanwhile. EPERM: another user's; it is named as a survivor if it stays.
      if (errorCode(error) !== 'ESRCH' && errorCode(error) !== 'EPERM') throw error;
    }
  }
}

function keyOf({ pid, startTicks }: LiveProcess): string {
  return `${pid}:${startTicks}`;
}
