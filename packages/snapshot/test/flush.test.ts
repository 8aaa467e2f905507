import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeDurable, pathsBelow } from '../src/flush.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'aiflow-flush-'));
  mkdirSync(join(base, 'a/b'), { recursive: true });
  writeFileSync(join(base, 'a/b/c'), 'x');
  symlinkSync('..', join(base, 'a/loop'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(base, { recursive: true, force: true });
});

describe('makeDurable', () => {
  it.runIf(process.platform === 'linux')(
    'needs no list where the file system can be flushed as a whole',
    async () => {
      const flushing = makeDurable(base, () => {
        throw new Error('the list was asked for');
      });
      await expect(flushing).resolves.toBeUndefined();
    },
  );

  it('goes through the list where it cannot, and passes over what is gone', async () => {
    vi.stubEnv('PATH', base); // there is no `sync` here
    let listed = 0;
    await makeDurable(base, () => {
      listed += 1;
      return [...pathsBelow(base), join(base, 'gone')];
    });
    expect(listed).toBe(1);
  });

  it('fails when a file cannot be made durable', async () => {
    vi.stubEnv('PATH', base);
    await expect(makeDurable(base, () => [join(base, 'a/b/c/d')])).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});

describe('pathsBelow', () => {
  it('names each file and directory once, and follows no link', () => {
    expect(pathsBelow(base).sort()).toEqual([base, join(base, 'a'), join(base, 'a/b'), join(base, 'a/b/c')]);
  });
});
