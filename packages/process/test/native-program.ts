import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { findLauncher } from '../src/launcher-program.ts';
import { Room, isRunning, killHard, until } from './room.ts';

const found = findLauncher(
  process.env['AIFLOW_LAUNCHER'] === 'node' ? undefined : process.env['AIFLOW_LAUNCHER'],
);

/** The program under test; null where it could not be built. */
export const nativeProgram: string | null = 'program' in found ? found.program : null;

/** Runs the tests of what needs the program; where it is missing they are skipped, or fail in CI. */
export function whereNative(tests: (program: string) => void): void {
  if (nativeProgram !== null) return tests(nativeProgram);
  // oxlint-disable-next-line vitest/expect-expect -- it says why there is nothing to expect
  test('the native launcher', (context) => {
    const why = 'why' in found ? found.why : '';
    if (process.env['AIFLOW_REQUIRE_ENGINES'] === '1') throw new Error(`no native launcher: ${why}`);
    context.skip(why);
  });
}

/** A room with a place for a launcher's socket; the launchers that were started for it end with it. */
export async function withSocket(run: (room: Room, socketPath: string) => Promise<void>): Promise<void> {
  const room = new Room();
  const socketPath = join(room.root, 'launcher');
  try {
    await run(room, socketPath);
  } finally {
    for (const pid of pidsAt(socketPath)) killHard(pid);
    room.dispose();
  }
}

/** The numbers of the launchers that were started for this socket. */
export function pidsAt(socketPath: string): number[] {
  return familyAt(socketPath).filter(isLauncher);
}

/** The same with their keepers, which are copies of them. */
export function familyAt(socketPath: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && isRunning(pid))
    .filter((pid) => read(pid, 'cmdline').split('\0')[1] === socketPath);
}

/** The number of the first keeper of this launcher that is found; 0 when it is over before there is one. */
export async function keeperAt(socketPath: string, isOver: () => boolean = () => false): Promise<number> {
  let found = 0;
  await until('a keeper', () => {
    found = familyAt(socketPath).find((pid) => read(pid, 'comm').trim() === 'aiflow-keeper') ?? 0;
    return found !== 0 || isOver();
  });
  return found;
}

/** A keeper has its launcher's name for a moment. */
function isLauncher(pid: number, _at: number, family: readonly number[]): boolean {
  const parent = Number(read(pid, 'stat').split(') ').at(-1)?.split(' ')[1]);
  return read(pid, 'comm').trim() === 'aiflow-launcher' && !family.includes(parent);
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
}
