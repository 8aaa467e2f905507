import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
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

/** What a command took, in milliseconds; `cpu` is user and system time, with all descendants that were waited for. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly stdout: string;
}

/**
 * Runs a command to its end. Node does not tell what its children cost, and `time` is another program on every
 * system, so a bash in between is asked (`times`). Throws with the end of stderr when the command fails.
 */
export async function costOf(
  argv: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Cost> {
  const script = '"$@"; status=$?; times >&3; exit $status';
  const began = performance.now();
  const child = spawn('bash', ['-c', script, 'bash', ...argv], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const streams = child.stdio.slice(1) as Readable[]; // each was asked for as a pipe
  const read = streams.map((stream) => text(stream));
  const [status] = (await once(child, 'close')) as [number | null];
  const wall = performance.now() - began;
  const [stdout = '', stderr = '', times = ''] = await Promise.all(read);
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr.trim().slice(-2000)}`);
  const ofChildren = times.trim().split('\n').at(-1) ?? '';
  return { wall, cpu: sumOfTimes(ofChildren), stdout };
}

/** `0m1.250s 0m0.500s` in milliseconds. */
function sumOfTimes(line: string): number {
  const parts = [...line.matchAll(/(\d+)m([\d.,]+)s/g)];
  if (parts.length !== 2) throw new Error(`bash's times said ${JSON.stringify(line)}, expected two times`);
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds?.replace(',', '.')) * 1000,
    0,
  );
}
