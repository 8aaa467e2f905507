import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateOptions } from '@aiflow/core';
import { createTestHost } from '@aiflow/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalBlobManager, LocalObjectStore, localBlobManagerPlugin } from '../src/index.ts';

let base: string;
let root: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'aiflow-local-'));
  root = join(base, 'not made', 'yet');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('the directory of objects', () => {
  it('is made when something is first put, and is empty until then', async () => {
    const store = new LocalObjectStore(root);
    expect(await store.head('a/b')).toBeNull();
    expect(await store.get('a/b')).toBeNull();
    await store.delete('a/b');
    for await (const each of store.list('')) expect(each).toBeUndefined();
    expect(existsSync(root)).toBe(false);
    await store.put('a/b', new Uint8Array(3));
    expect(await store.head('a/b')).toMatchObject({ key: 'a/b', size: 3 });
  });

  it('holds objects that nobody can write, and no temporary file after a put, durable or not', async () => {
    const store = new LocalObjectStore(root);
    await store.put('a', new Uint8Array(3));
    await store.put('deep/er/b', new Uint8Array(3), { durable: true });
    await store.flush();
    expect(statSync(join(root, 'a')).mode & 0o222).toBe(0);
    expect(statSync(join(root, 'deep/er/b')).mode & 0o222).toBe(0);
    expect(readdirSync(join(root, '.tmp'))).toEqual([]);
  });

  it('loses what a killed upload left there, after a day', async () => {
    mkdirSync(join(root, '.tmp'), { recursive: true });
    for (const name of ['old', 'new']) writeFileSync(join(root, '.tmp', name), 'left');
    const yesterday = Date.now() / 1000 - 25 * 60 * 60;
    utimesSync(join(root, '.tmp', 'old'), yesterday, yesterday);
    await new LocalObjectStore(root).put('a', new Uint8Array(1));
    expect(readdirSync(join(root, '.tmp'))).toEqual(['new']);
  });

  it('takes objects again once what kept it from it is gone', async () => {
    mkdirSync(join(base, 'not made'));
    writeFileSync(root, 'in the way');
    const store = new LocalObjectStore(root);
    await expect(store.put('a', new Uint8Array(1))).rejects.toMatchObject({ code: 'ENOTDIR' });
    rmSync(root);
    await store.put('a', new Uint8Array(1));
    expect(await store.head('a')).not.toBeNull();
  });

  it('is named by a uri that is the same for every way to write the path', () => {
    expect(new LocalObjectStore('/var/lib/a b').location).toBe('file:///var/lib/a%20b');
    expect(new LocalObjectStore('/var/lib/x/').location).toBe('file:///var/lib/x');
  });
});

describe('the options', () => {
  const locate = (): { file: null; line: null; column: null } => ({ file: null, line: null, column: null });
  const validate = async (options: Readonly<Record<string, string | number>>): Promise<unknown> => {
    const result = await validateOptions(localBlobManagerPlugin.options, options, [], locate);
    return result.problems === undefined ? result.value : result.problems.map(({ message }) => message);
  };

  it('have a default, below the state directory', async () => {
    expect(await validate({})).toEqual({ root_directory: 'snapshots' });
    const host = await createTestHost({ stateDir: base });
    const blob = new LocalBlobManager({ root_directory: 'snapshots' }, host);
    expect(blob.config).toEqual({ root_directory: 'snapshots' });
    await blob.removeSnapshots([]);
    expect(existsSync(join(base, 'snapshots'))).toBe(true);
  });

  it.each([[''], ['/'], ['//'], ['/a/..'], ['a\0b'], [7]])(
    'refuse the root directory %j',
    async (root_directory) => {
      expect(await validate({ root_directory })).toEqual([expect.stringContaining('root_directory')]);
    },
  );

  it('take a limit for the shared copies, as a size', async () => {
    expect(await validate({ cache_size: '20 GB' })).toMatchObject({ cache_size: '20 GB' });
    expect(await validate({ cache_size: 5_000 })).toMatchObject({ cache_size: 5_000 });
    expect(await validate({ cache_size: 'much' })).toEqual([expect.stringContaining('such as 20 GB')]);
  });

  it('hand the limit on to the shared copies', async () => {
    const host = await createTestHost();
    const open = (cache_size: string): unknown =>
      new LocalBlobManager({ root_directory: root, cache_size }, host);
    expect(open('1 GB')).toBeInstanceOf(LocalBlobManager);
    expect(() => open('much')).toThrow('cacheSize is not valid');
    await host.dispose();
  });

  it('refuse a key that is not one', async () => {
    expect(await validate({ root_dir: '/x' })).toEqual([expect.stringContaining('root_dir')]);
  });
});
