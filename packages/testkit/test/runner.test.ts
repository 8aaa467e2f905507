import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CaseContext } from '../src/suite/case.ts';
import { declareSuite } from '../src/suite/runner.ts';
import { collect } from './collect.ts';

const run = promisify(execFile);

function declare(disposed: string[], disposal: () => Promise<void> = async () => undefined) {
  return collect((runner) => {
    declareSuite<{ readonly able: boolean }, CaseContext>(runner, {
      name: 'a suite',
      options: { able: false },
      cases: [
        { name: 'passes', run: async () => undefined },
        { name: 'fails', run: async () => await Promise.reject(new Error('of the case')) },
        {
          name: 'waits for more',
          skip: ({ able }) => (able ? null : 'not able'),
          run: async () => undefined,
        },
      ],
      open: async () => ({
        dispose: async () => {
          disposed.push('disposed');
          await disposal();
        },
      }),
    });
  });
}

describe('a suite', () => {
  it('shows a case that does not apply as skipped, with its reason', () => {
    expect(declare([]).map(({ name, skipped }) => [name, skipped])).toEqual([
      ['passes', false],
      ['fails', false],
      ['waits for more (skipped: not able)', true],
    ]);
  });

  it('lets go of what a case worked on, also when it fails', async () => {
    const disposed: string[] = [];
    const [passes, fails] = declare(disposed);
    await passes?.run();
    await expect(fails?.run()).rejects.toThrow('of the case');
    expect(disposed).toHaveLength(2);
  });

  it('shows the failure of the case and not one of the clean-up that follows from it', async () => {
    const [passes, fails] = declare([], async () => await Promise.reject(new Error('of the clean-up')));
    await expect(fails?.run()).rejects.toThrow('of the case');
    await expect(passes?.run()).rejects.toThrow('of the clean-up');
  });

  it('runs with node:test', async () => {
    const suite = fileURLToPath(new URL('./reference/node-test-suite.ts', import.meta.url));
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', suite], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(10);
  });
});
