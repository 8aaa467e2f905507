// `npm run test:crash -- --kills N --seed S [--point NAME]`: kills a scheduler N times, and judges what came of it. With
// `--point each` it is killed at points alone, at each of them about as often.
import { parseArgs } from 'node:util';
import { playEpisode } from './episode.ts';
import type { Kill } from './killer.ts';
import { launcherMissing } from './launcher-missing.ts';
import { Random } from './random.ts';
import { points } from './scheduler/points.ts';
import type { Violation } from './verdict/violation.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string' }, point: { type: 'string' } },
});
const wanted = wholeNumber('--kills', values.kills);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber('--seed', values.seed);
const wantedPoints = points.filter((name) => values.point === 'each' || name === values.point);
if (values.point !== undefined && wantedPoints.length === 0) {
  fail(`--point must be each, ${points.join(', ')}, not ${values.point}`);
}
const missing = launcherMissing();
if (missing !== null)
  console.log(`${missing}: the launchers of plain Node are used, and only schedulers are killed`);

for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15 })) {
  process.once(signal, () => process.exit(128 + number)); // what an episode began ends with it
}
console.log(`seed ${seed}`);
const random = new Random(seed);
const kills: Kill[] = [];
const violations: Violation[] = [];
for (let number = 1; kills.length < wanted; number += 1) {
  // Where keepers are killed jobs are lost: what may not be lost is looked for in the other episodes.
  const killsKeepers = number % 4 === 0;
  const episode = await playEpisode({
    seed: random.whole(0, 2 ** 31),
    kills: Math.min(40, wanted - kills.length),
    killsKeepers,
    ...(wantedPoints.length > 0 && { points: wantedPoints }),
  });
  kills.push(...episode.kills);
  violations.push(...episode.violations);
  const beside = `${killsKeepers ? ', of keepers too' : ''}${episode.usedNode ? ', some jobs by plain Node' : ''}`;
  console.log(
    `episode ${number}: ${episode.kills.length} kills${beside}, ${episode.stories} stories, ${episode.attempts} attempts`,
  );
  for (const { kind, what } of episode.violations) console.log(`  ${kind}: ${what}`);
  if (episode.evidence !== null) console.log(`  the evidence is in ${episode.evidence}`);
}

const share = (name: string | null): number => kills.filter((kill) => kill.point === name).length;
console.log(
  `at points: ${points.map((name) => `${name} ${share(name)}`).join(', ')}; some time or other ${share(null)}`,
);
const victims = Object.entries(Object.groupBy(kills, ({ victim }) => victim));
console.log(`killed: ${victims.map(([victim, of]) => `${victim} ${of.length}`).join(', ')}`);
const count = (kind: Violation['kind']): number => violations.filter((one) => one.kind === kind).length;
console.log(`${kills.length} kills, ${count('lost')} lost, ${count('twice')} twice, ${count('stuck')} stuck`);
process.exitCode = violations.length === 0 ? 0 : 1;

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return fail(`${name} must be a whole number, not ${text}`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
