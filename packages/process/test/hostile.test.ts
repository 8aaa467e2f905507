import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProcessLauncher } from '../src/index.ts';
import { createNativeLauncher, createNodeLauncher } from '../src/index.ts';
import type { Accident, HostileStop, Outcome } from './hostile-stop.ts';
import { killOpeners, stopHostileTree } from './hostile-stop.ts';
import { pidsAt, whereNative, withSocket } from './native-program.ts';

// `AIFLOW_TEST_STOPS=500 vitest run --project @aiflow/process test/hostile.test.ts`
const stops = Number(process.env['AIFLOW_TEST_STOPS'] ?? 12);
const seed = Number(process.env['AIFLOW_TEST_SEED'] ?? Date.now() % 1_000_000);
/** Per stop, on a machine that does much else. */
const patience = 20_000;
/** The stops that a launcher of plain Node is to win, with the trees that it can tell from strangers. */
const known = { clears: false, runs: false } as const;

whereNative((program) => {
  test(
    `nothing survives ${stops} stops of hostile trees by the native launcher (AIFLOW_TEST_SEED=${seed})`,
    { timeout: stops * patience },
    async () => {
      const create = (socketPath: string) => (): ProcessLauncher =>
        createNativeLauncher({ program, socketPath });
      const worst = await stopMany((socketPath) => ({
        clears: true,
        runs: true,
        accidents: ['none', 'another launcher', 'launcher killed', 'scheduler killed', 'both killed'],
        create: create(socketPath),
        module: new URL('./native-launcher-module.ts', import.meta.url),
        launcherPids: () => pidsAt(socketPath),
      }));
      expect(worst).toBeLessThan(patience / 2);
    },
  );
});

describe.skipIf(process.platform !== 'linux')('the Node launcher', () => {
  test(
    `nothing survives ${stops} stops of hostile trees that keep their environment (AIFLOW_TEST_SEED=${seed})`,
    { timeout: stops * patience },
    async () => {
      const accidents: Accident[] = ['none', 'another launcher', 'scheduler killed'];
      const module = new URL('./node-launcher-module.ts', import.meta.url);
      const worst = await stopMany(() => ({
        ...known,
        accidents,
        create: createNodeLauncher,
        module,
        launcherPids: () => [],
      }));
      expect(worst).toBeLessThan(patience / 2);
    },
  );
});

/** Fails when something survives; gives by how much the slowest stop exceeded its grace time, in milliseconds. */
async function stopMany(optionsAt: (socketPath: string) => Omit<HostileStop, 'seed'>): Promise<number> {
  const outcomes: Outcome[] = [];
  for (let at = 0; at < stops; at += 1) {
    await withSocket(async (room, socketPath) => {
      try {
        const outcome = await stopHostileTree(room, { ...optionsAt(socketPath), seed: seed + at });
        outcomes.push(outcome);
        expect(outcome.survivors, `seed ${seed + at}, ${outcome.accident}:\n${outcome.story}`).toEqual([]);
      } finally {
        killOpeners(join(room.root, 'lock'));
      }
    });
  }
  const overs = outcomes.map(({ over }) => over).toSorted((a, b) => a - b);
  const worst = overs.at(-1) ?? 0;
  const born = outcomes.reduce((sum, outcome) => sum + outcome.born, 0);
  console.log(
    `${outcomes.length} stops, ${born} processes and more, 0 survivors; after the grace time it took ` +
      `${Math.round(overs[Math.floor(overs.length / 2)] ?? 0)} ms (median), ${Math.round(worst)} ms at most`,
  );
  return worst;
}
