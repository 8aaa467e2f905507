import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { NodeFailure, OrderedNode } from './graph-order.ts';

export interface EndedNode {
  readonly node: OrderedNode;
  /** Null when it ended with exit code 0. */
  readonly failure: NodeFailure | null;
}

export interface RunningNode {
  readonly ended: Promise<EndedNode>;
  /** Sends a signal to its process group; nothing once it has ended, for then the number may be a stranger's. */
  readonly signal: (name: NodeJS.Signals) => void;
}

/** Starts a node in this process's directory and environment, with a process group of its own. Never throws. */
export function startNode(node: OrderedNode, variables: Readonly<Record<string, string>>): RunningNode {
  const files: number[] = [];
  try {
    for (const path of [node.stdout, node.stderr]) files.push(openSync(path, 'a'));
    const [program, ...args] = node.argv;
    const child = spawn(program, args, {
      env: { ...process.env, ...variables },
      detached: true,
      stdio: ['ignore', files[0], files[1]],
    });
    return { ended: endOf(node, child), signal: (name) => signalGroup(child, name) };
  } catch (error) {
    return { ended: Promise.resolve({ node, failure: notStarted(node, error) }), signal: () => {} };
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** Ends a node's process group: TERM, the grace time, KILL. What left the group is ended with the job. */
export async function endNode({ ended, signal }: RunningNode, graceMs: number): Promise<void> {
  const over = new AbortController();
  signal('SIGTERM');
  const grace = setTimeout(graceMs, 'over' as const, { signal: over.signal }).catch(() => 'ended' as const);
  if ((await Promise.race([ended, grace])) === 'over') signal('SIGKILL');
  over.abort();
  await ended;
}

function endOf(node: OrderedNode, child: ChildProcess): Promise<EndedNode> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ node, failure: notStarted(node, error) }));
    child.once('exit', (code, signal) => {
      if (code === 0) return resolve({ node, failure: null });
      // As a shell would say it, and as it is said of a job with one node.
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve({
        node,
        failure: {
          node_id: node.id,
          exit_code: exitCode,
          signal: signal ?? signalOf(exitCode),
          reason: null,
        },
      });
    });
  });
}

function signalOf(exitCode: number): string | null {
  if (exitCode <= 128) return null;
  return Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0] ?? null;
}

function notStarted(node: OrderedNode, error: unknown): NodeFailure {
  const code: unknown = Reflect.get(Object(error), 'code');
  return {
    node_id: node.id,
    exit_code: null,
    signal: null,
    reason: typeof code === 'string' ? code : String(error),
  };
}

function signalGroup({ pid, exitCode, signalCode }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'ESRCH') throw error;
  }
}
