import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectOutcome } from './outcome.ts';
import type { ReplayEnd } from './run-replay.ts';
import { ReplayCopy } from './run-replay.ts';

let copy: ReplayCopy;
let first: ReplayEnd;

beforeAll(async () => {
  copy = new ReplayCopy();
  first = await copy.run();
});

afterAll(() => copy.remove());

test('four years of days print what the README shows', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const [, shown] = /^```\n(2012-[\s\S]*?)^```$/m.exec(readme) ?? [];
  expect(first).toEqual({ exitCode: 0, stdout: shown, stderr: '' });
});

test('what came of them is what the data says', async () => {
  await expectOutcome(copy, '2015-12-31');
});

test('replayed again, nothing is done again', async () => {
  const latest = await copy.look((scheduler) => scheduler.events.latestVersion());
  const summary = first.stdout.trimEnd().split('\n').at(-1);
  for (const args of [[], ['--until', '2013-06-30']]) {
    const again = await copy.run(args);
    expect(again).toEqual({ exitCode: 0, stdout: `going on after 2015-12-31\n${summary}\n`, stderr: '' });
  }
  expect(await copy.look((scheduler) => scheduler.events.latestVersion())).toBe(latest);
});
