import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ProcessLauncher, ProcessSpec } from '../src/index.ts';
import type { TreeOptions } from './hostile-tree.ts';
import { plantTree } from './hostile-tree.ts';
import type { Room } from './room.ts';
import { killHard, openedBy, until } from './room.ts';

/** What happens while the tree is being stopped. */
export type Accident = 'none' | 'another launcher' | 'launcher killed' | 'scheduler killed' | 'both killed';

export interface HostileStop extends TreeOptions {
  readonly seed: number;
  readonly accidents: readonly Accident[];
  /** A launcher without memory, as another process would have. */
  readonly create: () => ProcessLauncher;
  /** A module that exports the same function, and its argument, for a process that is killed. */
  readonly module: URL;
  readonly launcherPids: () => readonly number[];
}

export interface Outcome {
  readonly accident: Accident;
  /** Of processes that hold what their tree was started with. */
  readonly survivors: readonly number[];
  /** How much longer than the grace time the last stop took, in milliseconds. */
  readonly over: number;
  readonly born: number;
  readonly story: string;
}

/** Launches a random tree and stops it in the midst of its growing. */
export async function stopHostileTree(room: Room, options: HostileStop): Promise<Outcome> {
  const random = randomFrom(options.seed);
  const story = plantTree(room.root, random, options);
  const accident = options.accidents[Math.floor(random() * options.accidents.length)] ?? 'none';
  // A lock is held as long as any process has the descriptor. All inherit it, whatever they do to their session, their
  // group, their environment or their parents, so it tells of survivors without anything that a launcher looks at.
  const spec = room.spec('exec 9>lock; /usr/bin/flock -s 9; exec /bin/bash node-0');
  const launcher = options.create();
  await launcher.launch(spec);
  await until('the tree to grow', () => room.has('born'));
  await sleep(random() * 250);
  const graceMs = 50 + Math.floor(random() * 200);
  if (accident === 'scheduler killed' || accident === 'both killed') {
    await stopAndDie(options.module, spec, graceMs, random() * graceMs * 1.5);
  }
  const began = performance.now();
  const stopping = (accident === 'none' ? launcher : options.create()).stop(spec, { graceMs });
  if (accident === 'launcher killed' || accident === 'both killed') {
    await sleep(random() * graceMs * 1.5);
    for (const pid of options.launcherPids()) killHard(pid);
  }
  await stopping;
  const over = performance.now() - began - graceMs;
  const born = room.read('born').split('\n').length;
  const lock = join(room.root, 'lock');
  const isFree = spawnSync('flock', ['-n', '-x', lock, 'true']).status === 0;
  return { accident, survivors: isFree ? [] : openersOf(lock), over, born, story };
}

/** A process that stops the tree and is killed as soon as it has been at it for so long. */
async function stopAndDie(module: URL, spec: ProcessSpec, graceMs: number, afterMs: number): Promise<void> {
  const program = fileURLToPath(new URL('./stop-and-die-program.ts', import.meta.url));
  const args = [program, module.href, JSON.stringify(spec), String(graceMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => Promise.reject(new Error('it ended before it could stop anything'))),
  ]);
  await sleep(afterMs);
  child.kill('SIGKILL');
  await exited;
}

/** Ends those that are left, for the next test. */
export function killOpeners(path: string): void {
  for (let left = openersOf(path); left.length > 0; left = openersOf(path))
    for (const pid of left) killHard(pid);
}

function openersOf(path: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && openedBy(pid).includes(path));
}

/** The same numbers, from 0 to 1, for the same seed: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
