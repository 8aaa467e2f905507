import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { expectOutcome } from './outcome.ts';
import { ReplayCopy, until } from './run-replay.ts';

// The end of a quarter in which the first forecast is deployed.
const args = ['--until', '2013-06-30'];

test('killed again and again, nothing is lost and nothing is done twice', async () => {
  const copy = new ReplayCopy();
  onTestFinished(() => copy.remove());
  // After so many days, or while a job runs. What is over already by then kills it as it starts.
  const moments: readonly (readonly [string, () => boolean])[] = [
    ['day 10', () => copy.written >= 10],
    ['the 2nd execution', () => executionsOf(copy) >= 2],
    ['day 50', () => copy.written >= 50],
    ['the 15th execution', () => executionsOf(copy) >= 15],
    ['day 366', () => copy.written >= 366],
    ['the first forecast', () => existsSync(join(copy.directory, '.aiflow/weather/models'))],
    ['day 546', () => copy.written >= 546],
    ['the deployment', () => existsSync(join(copy.directory, '.aiflow/weather/deployed.json'))],
  ];
  for (const [what, holds] of moments) {
    const { child, end } = copy.start(args);
    let hasEnded = false;
    void end.then(() => (hasEnded = true));
    await until(what, () => holds() || hasEnded);
    child.kill('SIGKILL');
    expect(await end).toMatchObject({ exitCode: null, stderr: '' });
  }
  expect(await copy.run(args)).toMatchObject({ exitCode: 0, stderr: '' });
  await expectOutcome(copy, '2013-06-30');
});

test('Ctrl-C ends it with 130, and the next replay goes on', async () => {
  const copy = new ReplayCopy();
  onTestFinished(() => copy.remove());
  const { child, end } = copy.start(['--until', '2012-02-29']);
  await until('some days have come', () => copy.written >= 20);
  child.kill('SIGINT');
  expect(await end).toEqual({
    exitCode: 130,
    stdout: '',
    stderr: 'interrupted: the next replay goes on from here\n',
  });
  expect(copy.written).toBeLessThan(60);
  const next = await copy.run(['--until', '2012-02-29']);
  expect(next).toMatchObject({ exitCode: 0, stderr: '' });
  expect(next.stdout).toMatch(/^going on after 2012-/);
  await expectOutcome(copy, '2012-02-29');
});

/** How many executions have run something. */
function executionsOf(copy: ReplayCopy): number {
  const directory = join(copy.directory, '.aiflow/executions');
  return existsSync(directory) ? readdirSync(directory).length : 0;
}
