import { createHash, hash, randomBytes } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FileTable, fileStat } from '@aiflow/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoreBlobManager } from '../src/index.ts';
import { PackIndex, largestPiece } from '../src/pack-index.ts';
import type { Made } from './bench.ts';
import { Bench, readTexts } from './bench.ts';

let at: Bench;
beforeEach(() => {
  at = new Bench();
});
afterEach(async () => await at.dispose());

/** More than what is read without threads. */
const many = 2_100;
const manyFiles = (text: (count: number) => string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: many }, (_, count) => [`d${count % 7}/f${count}`, text(count)]));

/** A snapshot whose files are read for the store too. */
const snapshot = async (path: string, blob: StoreBlobManager = at.blob): Promise<Made> =>
  await at.snapshot(path, blob);

function seen(root: string, paths: readonly string[]): FileTable {
  const files = new FileTable();
  for (const path of paths) files.add(path, fileStat(lstatSync(join(root, path))));
  return files;
}

const putPacks = (): number => at.store.takeCalls().filter((call) => call.startsWith('put packs/')).length;
const packs = (): PackIndex[] =>
  at.store
    .keys('indexes/')
    .map((key) => new PackIndex(key.slice(-64), at.store.objects.get(key)?.bytes ?? new Uint8Array()));

describe('files that are read for a snapshot', () => {
  it('are not read again by its upload', async () => {
    const tree = { ...manyFiles((count) => `text ${count}`), empty: '', again: 'text 1' };
    const { path, snapshotId } = await at.project(tree);
    const made = await snapshot(path);
    expect(made.snapshotId).toBe(snapshotId);
    expect(at.store.keys('snapshots/')).toEqual([]);
    expect(at.store.keys('leases/')).toEqual([]);
    expect(putPacks()).toBe(1);
    rmSync(path, { recursive: true });
    mkdirSync(path);
    const uri = await at.upload(made);
    expect(putPacks()).toBe(0);
    expect(readTexts(await at.blob.downloadProject(snapshotId, uri))).toEqual(tree);
    expect(packs().map(({ count }) => count)).toEqual([many]); // each content once, and an empty one takes none
  });

  it('are read again where they have changed since', async () => {
    const { path } = await at.project(manyFiles((count) => `text ${count}`));
    const made = await snapshot(path);
    at.store.objects.clear();
    writeFileSync(join(path, 'd0/f0'), 'TEXT 0');
    await expect(at.upload(made)).rejects.toMatchObject({ code: 'blob.changed' });
  });

  it('are sent by the upload when what was sent before is gone', async () => {
    const tree = manyFiles((count) => `text ${count}`);
    const { path } = await at.project(tree);
    const made = await snapshot(path);
    expect(await at.blob.removeSnapshots([])).toBeGreaterThan(0); // as "aiflow snapshot prune" may do just then
    at.store.takeCalls();
    const uri = await at.upload(made);
    expect(putPacks()).toBe(1);
    expect(readTexts(await at.blob.downloadProject(made.snapshotId, uri))).toEqual(tree);
  });

  it('are not sent when the store has their contents', async () => {
    const first = await at.project(manyFiles((count) => `text ${count}`));
    await at.upload(first);
    at.store.takeCalls();
    const moved = await at.project({
      ...manyFiles((count) => `text ${many - count - 1}`),
      'new/one': 'of its own',
    });
    const made = await snapshot(moved.path);
    expect(putPacks()).toBe(0); // one small file makes no pack: more may come from other threads
    const uri = await at.upload(made);
    expect(putPacks()).toBe(1);
    expect(Object.keys(readTexts(await at.blob.downloadProject(made.snapshotId, uri)))).toHaveLength(
      many + 1,
    );
  });

  it('make the same packs on two machines at once', async () => {
    const text = (count: number): string => `${count} `.repeat(3_000);
    const [one, two] = [await at.project(manyFiles(text)), await at.project(manyFiles(text))];
    const made = await Promise.all([
      snapshot(one.path, at.manager(at.fresh('cache'))),
      snapshot(two.path, at.manager(at.fresh('cache'))),
    ]);
    expect(made[0].snapshotId).toBe(made[1].snapshotId);
    const size = Object.values(manyFiles(text)).reduce((sum, { length }) => sum + length, 0);
    expect(size).toBeGreaterThan((20 * largestPiece) / 4);
    expect(packs().reduce((sum, { count }) => sum + count, 0)).toBe(many);
  });

  it('are sent once where many of them are equal', async () => {
    const text = (count: number): string => `${count} `.repeat(3_000);
    const { path } = await at.project(
      Object.fromEntries(
        Object.entries(manyFiles(text)).flatMap(([name, each]) => [
          [`one/${name}`, each],
          [`two/${name}`, each],
        ]),
      ),
    );
    const made = await snapshot(path);
    await at.upload(made);
    expect(packs().reduce((sum, { count }) => sum + count, 0)).toBe(many);
  });

  it('wait for a removal that is under way', async () => {
    const { path } = await at.project(manyFiles((count) => `text ${count}`));
    const pruning = `leases/prune-${'0'.repeat(8)}`;
    at.store.objects.set(pruning, { bytes: Buffer.from('{}'), modifiedTime: Date.now() });
    setTimeout(() => at.store.objects.delete(pruning), 300);
    at.store.takeCalls();
    const began = performance.now();
    await snapshot(path);
    expect(performance.now() - began).toBeGreaterThan(250);
    expect(putPacks()).toBe(1);
  });
});

describe('a large file that is read for a snapshot', () => {
  it('is sent in its parts, of which only new ones are sent the next time', async () => {
    const { path } = await at.project({ small: 'x' });
    const bytes = randomBytes(70 * 1024 * 1024);
    writeFileSync(join(path, 'large'), bytes);
    const first = await snapshot(path);
    const uri = await at.upload(first);
    const copy = await at.blob.downloadProject(first.snapshotId, uri);
    expect(readFileSync(join(copy, 'large')).equals(bytes)).toBe(true);
    const before = packs().reduce((sum, { size }) => sum + size, 0);
    expect(before).toBeLessThan(bytes.length + 1_000);

    bytes.fill(7, 30_000_000, 30_000_010);
    writeFileSync(join(path, 'large'), bytes);
    const second = await snapshot(path);
    rmSync(join(path, 'large'));
    const again = await at.upload(second);
    expect(packs().reduce((sum, { size }) => sum + size, 0) - before).toBe(largestPiece);
    const next = await at.manager(at.fresh('cache')).downloadProject(second.snapshotId, again);
    expect(readFileSync(join(next, 'large')).equals(bytes)).toBe(true);
  });

  it('is sent once where there are two of it', async () => {
    const { path } = await at.project({ small: 'x' });
    const bytes = randomBytes(40 * 1024 * 1024);
    for (const name of ['one', 'two']) writeFileSync(join(path, name), bytes);
    const made = await snapshot(path);
    const uri = await at.upload(made);
    expect(packs().reduce((sum, { size }) => sum + size, 0)).toBe(bytes.length + 1);
    const copy = await at.blob.downloadProject(made.snapshotId, uri);
    for (const name of ['one', 'two']) expect(readFileSync(join(copy, name)).equals(bytes)).toBe(true);
  });

  it('is read again where one of its parts is gone', async () => {
    const { path } = await at.project({ small: 'x' });
    const bytes = randomBytes(70 * 1024 * 1024);
    writeFileSync(join(path, 'large'), bytes);
    const made = await snapshot(path);
    const [lost = ''] = at.store.keys('packs/');
    at.store.objects.delete(lost);
    at.store.takeCalls();
    const uri = await at.upload(made);
    expect(putPacks()).toBeLessThanOrEqual(2);
    const copy = await at.blob.downloadProject(made.snapshotId, uri);
    expect(readFileSync(join(copy, 'large')).equals(bytes)).toBe(true);
  });

  it('is not sent when the store has it', async () => {
    const { path } = await at.project({ small: 'x' });
    writeFileSync(join(path, 'large'), randomBytes(70 * 1024 * 1024));
    await at.upload(await snapshot(path));
    at.store.takeCalls();
    renameSync(join(path, 'large'), join(path, 'moved'));
    const moved = await snapshot(path);
    expect(putPacks()).toBe(0);
    await at.upload(moved);
    expect(putPacks()).toBe(0);
  });
});

describe('storeFiles', () => {
  it('gives null for what is not as it was seen, and the hash of everything else', async () => {
    const { path } = await at.project({
      same: 'same',
      longer: 'longer',
      shorter: 'shorter',
      newer: 'newer',
      gone: 'gone',
      link: 'link',
      directory: 'directory',
      'inner/file': 'inner',
      'last/file': 'last',
    });
    for (const name of ['large', 'larger']) {
      writeFileSync(join(path, name), '');
      truncateSync(join(path, name), largestPiece + 1);
    }
    const names = [
      'same',
      'longer',
      'shorter',
      'newer',
      'gone',
      'link',
      'directory',
      'inner/file',
      'large',
      'larger',
      'last/file',
    ];
    const files = seen(path, names);
    writeFileSync(join(path, 'longer'), 'longer than that');
    writeFileSync(join(path, 'shorter'), 's');
    utimesSync(join(path, 'newer'), 1, 1);
    for (const name of ['gone', 'link', 'directory']) rmSync(join(path, name));
    symlinkSync('same', join(path, 'link'));
    mkdirSync(join(path, 'directory'));
    renameSync(join(path, 'inner'), join(path, 'elsewhere'));
    symlinkSync('elsewhere', join(path, 'inner'));
    truncateSync(join(path, 'larger'), largestPiece + 2);
    const hashes = await at.blob.storeFiles(path, files);
    const zeros = createHash('sha256')
      .update(Buffer.alloc(largestPiece + 1))
      .digest('hex');
    const none = [null, null, null, null, null, null, null];
    const [same, last] = ['same', 'last'].map((text) => hash('sha256', text, 'hex'));
    expect(hashes).toEqual([same, ...none, zeros, null, last]);
  });

  it('gives nothing for no files', async () => {
    expect(await at.blob.storeFiles((await at.project({})).path, new FileTable())).toEqual([]);
  });

  it('says what is wrong with the store, and leaves nothing at work', async () => {
    const { path } = await at.project(manyFiles((count) => `text ${count}`));
    at.store.before = (call, key) => {
      if (call === 'put' && key.startsWith('packs/')) throw new Error('no room');
    };
    await expect(snapshot(path)).rejects.toMatchObject({
      code: 'blob.store_failed',
      message: expect.stringContaining('no room') as string,
    });
    expect(at.store.keys('leases/')).toEqual([]);
  });

  it('ends with the reason of its signal', async () => {
    const { path } = await at.project({ large: '' });
    truncateSync(join(path, 'large'), 64 * 1024 ** 3); // takes minutes
    const reason = new Error('enough');
    const aborting = new AbortController();
    setTimeout(() => aborting.abort(reason), 300);
    const reading = at.blob.storeFiles(path, seen(path, ['large']), { signal: aborting.signal });
    await expect(reading).rejects.toBe(reason);
    expect(at.store.keys('leases/')).toEqual([]);
  });
});
