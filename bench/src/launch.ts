import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessLauncher } from '@aiflow/process';
import { createLauncher, createNodeLauncher } from '@aiflow/process';
import type { Bench, BenchContext } from './bench.ts';
import { buildTools, parallel } from './build-tools.ts';
import { inTurn, median, timed } from './measure.ts';
import { describeTime } from './report.ts';

/** Where files cost nearly nothing, so that what remains is the launching itself. */
const memory = '/dev/shm';

export const launch: Bench = {
  summary: 'trivial processes by the launchers, with records, log files and exit codes, beside build tools',
  run: async (context) => {
    const inMemory = existsSync(memory) ? mkdtempSync(join(memory, 'aiflow-bench-')) : null;
    try {
      for (const full of [2000, 5000]) await launchMany(context, context.scaled(full), inMemory);
    } finally {
      if (inMemory !== null) rmSync(inMemory, { recursive: true, force: true });
    }
    context.report.note(`${parallel} at once everywhere; a build tool keeps no records and no logs`);
  },
};

async function launchMany(context: BenchContext, count: number, inMemory: string | null): Promise<void> {
  const { report, directory, scaled } = context;
  const tools = buildTools(context, count, '/bin/true');
  const ours: Record<string, () => Promise<number>> = {
    'createLauncher()': () => launchIn(directory, createLauncher(), count),
    'the Node launcher': () => launchIn(directory, createNodeLauncher(), count),
  };
  if (inMemory !== null) {
    ours[`createLauncher() in ${memory}`] = () => launchIn(inMemory, createLauncher(), count);
  }
  const theirs = Object.entries(tools).map(([name, run]) => [name, async () => (await run()).wall] as const);
  const walls = await inTurn(scaled(3), { ...ours, ...Object.fromEntries(theirs) });
  const wallOf = (name: string): number => median(walls[name] ?? []);
  for (const name of Object.keys(ours)) {
    for (const other of [...Object.keys(tools), ...Object.keys(ours).slice(1, 2)].filter(
      (one) => one !== name,
    )) {
      report.measured({
        what: `${count} processes by ${name}`,
        ours: describeTime(wallOf(name)),
        beside: `${other} ${describeTime(wallOf(other))}`,
        ratio: wallOf(name) / wallOf(other),
      });
    }
  }
}

/**
 * Launches and waits for as many, some at once; gives how long that took. What they leave stays until all is measured:
 * ext4 looks past each file that was removed in the last seconds before it makes a new one.
 */
async function launchIn(parent: string, launcher: ProcessLauncher, count: number): Promise<number> {
  const directory = mkdtempSync(join(parent, 'aiflow-launch-'));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const recordDir = join(directory, String((next += 1)));
      const place = { recordDir, token: randomUUID() };
      await launcher.launch({
        ...place,
        argv: ['/bin/true'],
        cwd: directory,
        environment: { PATH: '/usr/bin:/bin' },
        stdout: `${recordDir}.out`,
        stderr: `${recordDir}.err`,
      });
      const { exitCode } = await launcher.wait(place);
      if (exitCode !== 0) throw new Error(`a launched process ended with ${exitCode}`);
    }
  };
  return await timed(() => Promise.all(Array.from({ length: parallel }, worker)));
}
