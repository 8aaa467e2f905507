import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { Ended } from './aiflow.ts';
import { bin } from './aiflow.ts';

const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  readonly engines: { readonly node: string };
};
const least = engines.node.replace('>=', '');

/** Calls the command by a Node that says that it is this version. */
async function byNode(version: string, ...args: readonly string[]): Promise<Ended> {
  const versions = `{ value: { ...process.versions, node: '${version}' } }`;
  const disguise = `data:text/javascript,Object.defineProperty(process, 'versions', ${versions})`;
  const { exitCode, stdout, stderr } = await execa(process.execPath, ['--import', disguise, bin, ...args], {
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

describe('a Node that is too old', () => {
  it.each(['18.20.8', '20.20.2', '22.17.1'])(
    '%s is refused in one line, not with a stack trace',
    async (version) => {
      const { exitCode, stdout, stderr } = await byNode(version, 'run', 'hello');
      expect({ exitCode, stdout, stderr }).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: `error: aiflow needs Node ${least} or later, and this is ${version}: install a newer Node, or put one first on the PATH`,
      });
    },
  );

  it('is no later one', async () => {
    const ended = await Promise.all([`${least}.0`, '24.0.0'].map((version) => byNode(version, 'version')));
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });
});
