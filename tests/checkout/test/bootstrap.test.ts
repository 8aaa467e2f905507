import { expect, it, vi } from 'vitest';
import { Checkout } from '../src/checkout.ts';

const firstCalls = [
  expect.stringMatching(/^npm install node-/),
  expect.stringMatching(/^npm install pnpm@\d/),
  'pnpm install --frozen-lockfile',
  'turbo run build --output-logs=errors-only',
];

it('fetches Node and pnpm, installs and builds, and says each in one line of stderr', async () => {
  await using checkout = await Checkout.create();
  const ended = await checkout.bootstrap(['--build']);
  expect(ended).toMatchObject({ exitCode: 0, stdout: '' });
  expect(ended.stderr.split('\n')).toEqual([
    expect.stringMatching(
      /^aiflow: fetching Node \d+\.\d+\.\d+ \(this machine has 20\.1\.0\) from the npm registry$/,
    ),
    expect.stringMatching(/^aiflow: fetching pnpm \d+\.\d+\.\d+ from the npm registry$/),
    'aiflow: installing dependencies from the npm registry (pnpm install)',
    'aiflow: building (turbo run build)',
  ]);
  expect(await checkout.calls()).toEqual(firstCalls);
  expect([checkout.has('.tools/bin/node'), checkout.has('.tools/bin/pnpm')]).toEqual([true, true]);
});

it('starts nothing the second time', async () => {
  await using checkout = await Checkout.create();
  await checkout.bootstrap(['--build']);
  expect(await checkout.bootstrap(['--build'], 'fails')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(await checkout.calls()).toEqual(firstCalls);
});

it('takes the Node that runs it when that is new enough', async () => {
  await using checkout = await Checkout.create({ nodeVersion: '22.18.0' });
  expect(await checkout.bootstrap([])).toMatchObject({ exitCode: 0 });
  expect((await checkout.calls()).filter((call) => call.includes('node-'))).toEqual([]);
});

it.each(['22.17.9', '18.20.0'])('fetches a Node when %s runs it', async (nodeVersion) => {
  await using checkout = await Checkout.create({ nodeVersion });
  await checkout.bootstrap([]);
  expect(await checkout.calls()).toContainEqual(expect.stringMatching(/^npm install node-/));
});

it('installs again when the lockfile changed', async () => {
  await using checkout = await Checkout.create();
  await checkout.bootstrap([]);
  await checkout.write('pnpm-lock.yaml', 'lockfileVersion: changed');
  await checkout.bootstrap([]);
  expect((await checkout.calls()).filter((call) => call.startsWith('pnpm install'))).toHaveLength(2);
});

it('builds again when a source changed, came or went, or dist/ is gone', async () => {
  await using checkout = await Checkout.create();
  const builds = async (): Promise<number> => {
    await checkout.bootstrap(['--build']);
    return (await checkout.calls()).filter((call) => call.startsWith('turbo')).length;
  };
  expect(await builds()).toBe(1);
  await checkout.write('packages/cli/src/bin.ts', '// longer than it was before');
  expect(await builds()).toBe(2);
  await checkout.write('packages/cli/src/new.ts', '');
  expect(await builds()).toBe(3);
  await checkout.remove('packages/cli/src/new.ts');
  expect(await builds()).toBe(4);
  await checkout.remove('packages/cli/dist');
  expect(await builds()).toBe(5);
  expect(await builds()).toBe(5);
  await checkout.write('scripts/bundle.ts', '// makes dist/ in another way');
  expect(await builds()).toBe(6);
  expect(await builds()).toBe(6);
});

it('leaves nothing half there when it is killed while it fetches', async () => {
  await using checkout = await Checkout.create();
  const killed = checkout.start([], 'hangs');
  await vi.waitUntil(() => checkout.has('calls.hanging'), { timeout: 20_000 });
  if (killed.pid !== undefined) process.kill(-killed.pid, 'SIGKILL');
  await killed;
  expect(checkout.has('.tools/bin/node')).toBe(false);
  expect(await checkout.bootstrap([])).toMatchObject({ exitCode: 0, stdout: '' });
  expect((await checkout.calls()).slice(1)).toEqual(firstCalls.slice(0, 3));
});

it('does the work once when several start at the same time', async () => {
  await using checkout = await Checkout.create();
  const all = await Promise.all(Array.from({ length: 4 }, () => checkout.bootstrap(['--build'])));
  expect(all.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  expect(await checkout.calls()).toEqual(firstCalls);
});

it('says what to do when npm cannot fetch', async () => {
  await using checkout = await Checkout.create();
  const ended = await checkout.bootstrap([], 'fails');
  expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
  expect(ended.stderr).toContain('the registry does not answer');
  expect(ended.stderr).toContain('Install Node 22.18 or later, then try again.');
});
