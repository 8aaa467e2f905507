import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** The middle of the values, or the mean of the two in the middle; `values` must hold one at least. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? at(half) : (at(half - 1) + at(half)) / 2;
}

/**
 * Lets the contestants run in turn, `rounds` times, and gives what each of them came to. A machine that slows down
 * meanwhile slows all of them, so that their ratio stays.
 */
export async function inTurn<Name extends string, Result>(
  rounds: number,
  contestants: Readonly<Record<Name, (round: number) => Promise<Result> | Result>>,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(contestants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) results[name].push(await contestants[name](round));
  }
  return results;
}

/** How long `work` takes, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** What a command took, in milliseconds, and said. */
export interface Cost {
  readonly wall: number;
  readonly stdout: string;
}

/** Runs a command to its end. Throws with the end of stderr when the command fails. */
export async function costOf(
  argv: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Cost> {
  const [file, ...args] = argv;
  const began = performance.now();
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const read = [child.stdout, child.stderr].map((stream) => text(stream));
  const [status] = (await once(child, 'close')) as [number | null];
  const wall = performance.now() - began;
  const [stdout = '', stderr = ''] = await Promise.all(read);
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr.trim().slice(-2000)}`);
  return { wall, stdout };
}
