import { expect, test } from 'vitest';
import { playEpisode } from '../src/episode.ts';
import { launcherMissing } from '../src/launcher-missing.ts';
import type { Trap, Victim } from '../src/scheduler/points.ts';
import { points } from '../src/scheduler/points.ts';

const at = (victim: Victim, ...names: readonly Trap['point'][]): Trap[] =>
  names.map((point) => ({ point, nth: 1, victim }));
const traps: readonly Trap[] = [
  ...at('scheduler', ...points),
  ...at('machine', 'commit:after', 'sync:before', 'launch:after'),
  ...at('launcher', 'launch:before', 'launch:after', 'answer:before'),
  ...at('frozen', 'launch:before'),
  ...at('both', 'launch:after', 'signal:after'),
  ...at('keeper', 'launch:before'),
];

test(`a scheduler that is killed at each of ${points.length} points, and at some others, loses nothing and does nothing twice`, async (context) => {
  const missing = launcherMissing();
  if (missing !== null && process.env['AIFLOW_REQUIRE_ENGINES'] !== '1') context.skip(missing);
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const episode = await playEpisode({ seed, traps, kills: 6, killsKeepers: true });
  expect([episode.violations, episode.evidence]).toEqual([[], null]);
  expect(episode.missed).toEqual([]);
}, 600_000);
