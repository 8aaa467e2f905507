import { execa } from 'execa';
import { describe, expect, inject, it } from 'vitest';

const tarballs = Object.entries(inject('tarballs'));

it('has a tarball for each package', () => {
  expect(tarballs.map(([name]) => name)).toContain('@aiflow/core');
});

describe.each(tarballs)('%s', (_name, tarball) => {
  it('satisfies publint', async () => {
    const { exitCode, stdout } = await execa('publint', ['run', tarball, '--strict'], options);
    expect(exitCode, stdout).toBe(0);
  });

  it('gives types that are right for every way to import it (attw)', async () => {
    // ESM only, by decision: what an old CommonJS resolution sees does not count.
    const args = [tarball, '--profile', 'esm-only', '--no-color', '--no-emoji', '--format', 'ascii'];
    const { exitCode, stdout } = await execa('attw', args, options);
    expect(exitCode, stdout).toBe(0);
  });

  it('holds no test, no source and no path of the machine that packed it', async () => {
    const { stdout: listing } = await execa('tar', ['-tzf', tarball]);
    const strange = listing.split('\n').filter((path) => !allowed.test(path));
    expect(strange).toEqual([]);
    const { stdout: text } = await execa('tar', ['-xzOf', tarball], { encoding: 'latin1' });
    expect(text).not.toContain(repository);
  });
});

const repository = import.meta.dirname.replace(/\/tests\/packed\/test$/, '');
const allowed =
  /^package\/(package\.json|LICENSE|README\.md|CHANGELOG\.md|dist\/.*\.(js|d\.ts)|dist\/aiflow-launcher|python\/.*\.(py|pyi|typed))$/;
const options = { preferLocal: true, localDir: import.meta.dirname, reject: false } as const;
