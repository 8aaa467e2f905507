import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentHolder } from '../src/holder.ts';
import { manifestKey } from '../src/keys.ts';
import type { Made } from './bench.ts';
import { Bench, readTexts } from './bench.ts';

let at: Bench;
let made: Made;
let uri: string;
const tree = {
  'run.sh': 'echo',
  'a/b/c': 'deep',
  'large.bin': 'x'.repeat(3_000_000),
  'parts.bin': Array.from({ length: 1_300_000 }, (_, count) => `${count}`).join(' '),
  'a/link': '-> ../run.sh',
  dir: '-> a/b',
};
const texts = {
  'run.sh': tree['run.sh'],
  'a/b/c': 'deep',
  'large.bin': tree['large.bin'],
  'parts.bin': tree['parts.bin'],
};

beforeEach(async () => {
  at = new Bench();
  made = await at.project(tree);
  uri = await at.upload(made);
  at.store.takeCalls();
});
afterEach(async () => await at.dispose());

describe('the shared copy', () => {
  it('has what was stored, and can only be read', async () => {
    const path = await at.blob.downloadProject(made.snapshotId, uri);
    expect(readTexts(path)).toEqual(texts);
    expect(readlinkSync(join(path, 'a/link'))).toBe('../run.sh');
    for (const below of ['.', 'a', 'a/b']) expect(statSync(join(path, below)).mode & 0o777).toBe(0o555);
    expect(statSync(join(path, 'a/b/c')).mode & 0o777).toBe(0o444);
    expect(at.copies()).toEqual([made.snapshotId]);
  });

  it('is fetched once for many callers beside each other and after each other', async () => {
    const managers = [at.blob, at.manager(at.cacheDir)];
    const downloads = Array.from({ length: 40 }, async (_, count) => {
      const path = await managers[count % 2]?.downloadProject(made.snapshotId, uri);
      expect(readTexts(path ?? '')).toEqual(texts);
    });
    await Promise.all(downloads);
    await at.blob.downloadProject(made.snapshotId, uri);
    expect(
      at.store.takeCalls().filter((call) => call === `get ${manifestKey(made.snapshotId)}`),
    ).toHaveLength(1);
  });

  it('that cannot be fetched is an error each time, and never a path with nothing at it', async () => {
    const cause = new Error('connection lost');
    at.store.before = (call) => {
      if (call === 'get') throw cause;
    };
    const own = at.fresh('own');
    for (const target of [undefined, own, undefined, own]) {
      const download = at.blob.downloadProject(made.snapshotId, uri, target);
      await expect(download).rejects.toMatchObject({ code: 'blob.store_failed', cause });
    }
    expect([existsSync(join(at.cacheDir, made.snapshotId)), existsSync(own)]).toEqual([false, false]);
  });

  it('passes one failure on to all who wait for it, and is made by the next who asks', async () => {
    at.store.before = (call, key) => {
      if (call === 'get' && key.startsWith('packs/')) throw new Error('connection lost');
    };
    const downloads = Array.from(
      { length: 10 },
      async () => await at.blob.downloadProject(made.snapshotId, uri),
    );
    for (const result of await Promise.allSettled(downloads)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'blob.store_failed' } });
    }
    expect(
      at.store.takeCalls().filter((call) => call === `get ${manifestKey(made.snapshotId)}`),
    ).toHaveLength(1);
    expect(at.copies()).toEqual([]);
    at.store.before = () => undefined;
    expect(readTexts(await at.blob.downloadProject(made.snapshotId, uri))).toEqual(texts);
  });

  it('is made by another caller when the one who makes it gives up', async () => {
    const aborting = new AbortController();
    const reason = new Error('no longer wanted');
    let first = true;
    at.store.before = async (call, key, signal) => {
      if (!first || call !== 'get' || !key.startsWith('packs/')) return;
      first = false;
      setImmediate(() => aborting.abort(reason));
      await new Promise((_, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    };
    const given = at.blob.downloadProject(made.snapshotId, uri, undefined, { signal: aborting.signal });
    const others = Array.from({ length: 5 }, async () => await at.blob.downloadProject(made.snapshotId, uri));
    await expect(given).rejects.toBe(reason);
    for (const path of await Promise.all(others)) expect(readTexts(path)).toEqual(texts);
    expect(at.copies()).toEqual([made.snapshotId]);
  });

  it('that was left half made by a process that died is made anew, and nothing of it stays', async () => {
    mkdirSync(join(at.cacheDir, `.${made.snapshotId}.left.tmp/a`), { recursive: true });
    writeFileSync(join(at.cacheDir, `.${made.snapshotId}.left.tmp/run.sh`), 'half');
    const dead = { ...currentHolder(), pid: 2 ** 30, startTicks: '1' };
    writeFileSync(join(at.cacheDir, `.${made.snapshotId}.lock`), JSON.stringify(dead));
    expect(readTexts(await at.blob.downloadProject(made.snapshotId, uri))).toEqual(texts);
    expect(at.copies()).toEqual([made.snapshotId]);
  });

  it('says where no copy can be made', async () => {
    writeFileSync(at.cacheDir, 'in the way');
    const failing = at.blob.downloadProject(made.snapshotId, uri).finally(() => unlinkSync(at.cacheDir));
    const message: unknown = expect.stringContaining(at.cacheDir);
    await expect(failing).rejects.toMatchObject({ code: 'blob.local_failed', message });
  });

  it('is removed as a whole, with its read-only directories, and leaves other copies alone', async () => {
    const other = await at.project({ other: '1' });
    const otherPath = await at.blob.downloadProject(other.snapshotId, await at.upload(other));
    const path = await at.blob.downloadProject(made.snapshotId, uri);
    await at.blob.cleanupProject(made.snapshotId, uri);
    await at.blob.cleanupProject(made.snapshotId, uri);
    expect(existsSync(path)).toBe(false);
    expect(readTexts(otherPath)).toEqual({ other: '1' });
    expect(at.copies()).toEqual([other.snapshotId]);
    expect(await at.blob.listSnapshots()).toHaveLength(2);
  });
});

describe('a copy of ones own', () => {
  it('can be written, and does not touch the shared one', async () => {
    const target = join(at.base, 'new', 'parent', 'copy');
    expect(await at.blob.downloadProject(made.snapshotId, uri, target)).toBe(target);
    expect(readTexts(target)).toEqual(texts);
    expect(statSync(join(target, 'a/b/c')).mode & 0o200).toBe(0o200);
    expect(statSync(join(target, 'a')).mode & 0o200).toBe(0o200);
    expect(readdirSync(join(target, '..'))).toEqual(['copy']);
    expect(at.copies()).toEqual([]);
  });

  it.each(['a file', 'a directory', 'an empty directory', 'a link to nothing'])(
    'is not put in the place of %s',
    async (what) => {
      const target = at.fresh('taken');
      if (what === 'a file') writeFileSync(target, 'mine');
      else if (what === 'a link to nothing') symlinkSync('nothing', target);
      else mkdirSync(target);
      if (what === 'a directory') writeFileSync(join(target, 'mine'), 'mine');
      const before = lstatSync(target).ino;
      const download = at.blob.downloadProject(made.snapshotId, uri, target);
      await expect(download).rejects.toMatchObject({ code: 'blob.path_taken' });
      expect(lstatSync(target).ino).toBe(before);
    },
  );

  it.each([
    ['below a file', (file: string) => join(file, 'x')],
    ['far below a file', (file: string) => join(file, 'x', 'y')],
    ['with a name that leaves no room for one beside it', (file: string) => `${file}${'x'.repeat(230)}`],
  ])('%s cannot be made, which is said in one line', async (_, place) => {
    const file = at.fresh('file');
    writeFileSync(file, 'mine');
    const download = at.blob.downloadProject(made.snapshotId, uri, place(file));
    const message: unknown = expect.stringMatching(/^the snapshot cannot be put at .*$/);
    await expect(download).rejects.toMatchObject({ code: 'blob.local_failed', message });
    expect(readTexts(at.base)[basename(file)]).toBe('mine');
  });

  it('that fails leaves nothing at its place or beside it', async () => {
    const target = join(at.base, 'lonely', 'copy');
    mkdirSync(join(target, '..'));
    let gets = 0;
    at.store.before = (call) => {
      if (call === 'get' && (gets += 1) === 3) throw new Error('connection lost');
    };
    await expect(at.blob.downloadProject(made.snapshotId, uri, target)).rejects.toMatchObject({
      code: 'blob.store_failed',
    });
    expect(readdirSync(join(target, '..'))).toEqual([]);
  });
});

describe('what is read is checked', () => {
  const damages: [string, (bytes: Uint8Array) => Uint8Array | null][] = [
    [
      'has another byte',
      (bytes) => bytes.map((byte, place) => (place === bytes.length - 1 ? byte ^ 1 : byte)),
    ],
    ['is shorter', (bytes) => bytes.subarray(1)],
    ['is longer', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    ['is empty', () => new Uint8Array(0)],
    ['is missing', () => null],
  ];
  const objects = ['packs/ 0', 'packs/ 1', 'indexes/ 0', 'indexes/ 1', 'snapshots/ 2'] as const;

  it.each(objects.flatMap((object) => damages.map(([what, damage]) => [object, what, damage] as const)))(
    'the object %s that %s is blob.corrupt, and no copy is made',
    async (object, _, damage) => {
      const [prefix = '', place = 0] = object.split(' ');
      const key = at.store.keys(prefix)[Number(place)] ?? '';
      const damaged = damage(at.store.objects.get(key)?.bytes ?? new Uint8Array());
      if (damaged === null) at.store.objects.delete(key);
      else at.store.objects.set(key, { bytes: damaged, modifiedTime: 1 });
      for (const target of [undefined, at.fresh('own')]) {
        const download = at.blob.downloadProject(made.snapshotId, uri, target);
        await expect(download).rejects.toMatchObject({
          code: 'blob.corrupt',
          context: { key, location: 'memory://store' },
        });
        expect(target !== undefined && existsSync(target)).toBe(false);
      }
      expect(at.copies()).toEqual([]);
    },
  );

  it.each(damages)('a manifest that %s is refused', async (what, damage) => {
    const key = manifestKey(made.snapshotId);
    const damaged = damage(at.store.objects.get(key)?.bytes ?? new Uint8Array());
    if (damaged === null) at.store.objects.delete(key);
    else at.store.objects.set(key, { bytes: damaged, modifiedTime: 1 });
    const code = what === 'is missing' ? 'blob.not_found' : 'blob.corrupt';
    await expect(at.blob.downloadProject(made.snapshotId, uri)).rejects.toMatchObject({ code });
    await expect(at.blob.readManifest(made.snapshotId, uri)).rejects.toMatchObject({ code });
  });
});
