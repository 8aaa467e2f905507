import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectOutcome } from './outcome.ts';
import { ReplayCopy, until } from './run-replay.ts';

let copy: ReplayCopy;

beforeEach(() => {
  copy = new ReplayCopy();
});
afterEach(() => copy.remove());

test('without Python, the first day that needs it ends the replay, which says why; the next one goes on', async () => {
  const bin = join(copy.directory, '.aiflow/bin');
  mkdirSync(bin, { recursive: true });
  const tools = ['bash', 'awk', 'cp', 'date', 'dirname', 'mktemp', 'mv'];
  for (const tool of tools) {
    const path = execFileSync('bash', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
    symlinkSync(path, join(bin, tool));
  }
  const ended = await copy.run(['--until', '2012-02-29'], { PATH: bin });
  expect(ended).toMatchObject({ exitCode: 1, stderr: '' });
  expect(ended.stdout).toMatch(/^2012-01-14 {2}alerts FAILED: .*python3.*\n14 days: 0 months, /);
  const next = await copy.run(['--until', '2012-01-31']);
  expect(next.stdout).toMatch(/^going on after 2012-01-14\n31 days: 1 months, .* 7 days of snow\n$/);
  expect(next.exitCode).toBe(0);
});

test('a second replay beside the first is refused in one line, and does the first no harm', async () => {
  const args = ['--until', '2012-01-31'];
  const first = copy.start(args);
  await until('some days have come', () => copy.written >= 3);
  const second = await copy.run(args);
  expect(second).toMatchObject({ exitCode: 2, stdout: '' });
  expect(second.stderr).toMatch(
    new RegExp(`^.* is in use by the scheduler of process ${first.child.pid}: .*\n$`),
  );
  expect(await first.end).toMatchObject({ exitCode: 0, stderr: '' });
  await expectOutcome(copy, '2012-01-31');
});

test('damaged data is told with its line, and nothing is replayed', async () => {
  const file = join(copy.directory, 'station/seattle-weather.csv');
  writeFileSync(file, readFileSync(file, 'utf8').replace('2013-01-02,0.0', '2013-01-02,none'));
  const ended = await copy.run();
  expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
  expect(ended.stderr).toMatch(
    /seattle-weather\.csv:369: expected a day as date,.*found 2013-01-02,none,.*\n$/,
  );
  expect(copy.written).toBe(0);
});

test.each([
  [['--until', 'soon'], '--until takes a date such as 2013-06-30, not soon'],
  [['--until', '2011-12-31'], 'there is no day to replay'],
  [['--til', '2013-06-30'], "Unknown option '--til'"],
])('%j is refused', async (args, message) => {
  const ended = await copy.run(args);
  expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
  expect(ended.stderr).toContain(message);
});

test('a definition that is wrong is told by its file', async () => {
  const file = join(copy.directory, 'workflows/forecast/forecast.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace("life: 'REPEATED'", "live: 'REPEATED'"));
  const ended = await copy.run();
  expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
  expect(ended.stderr).toMatch(/forecast\.ts.*live.*\n$/);
});
