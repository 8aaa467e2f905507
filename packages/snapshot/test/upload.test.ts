import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotIdOf } from '@aiflow/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { infoKey, layoutKey, manifestKey, packKey, packListKey } from '../src/keys.ts';
import { PackIndex, largestPack, largestPiece } from '../src/pack-index.ts';
import { Bench, readTexts } from './bench.ts';

let at: Bench;
beforeEach(() => {
  at = new Bench();
});
afterEach(async () => await at.dispose());

const many = Object.fromEntries(
  Array.from({ length: 60 }, (_, count) => [`d${count % 7}/f${count}`, `text ${count}`]),
);

describe('an upload', () => {
  it('puts contents in packs, each once, then the manifest as the last of all', async () => {
    const made = await at.project({ ...many, again: 'text 1' });
    await at.upload(made);
    const puts = at.store.takeCalls().filter((call) => call.startsWith('put') && !call.includes('leases/'));
    expect(puts.map((call) => call.replace(/[0-9a-f]{2}\/[0-9a-f]{64}|[0-9a-f]{64}/, '…'))).toEqual([
      `put ${layoutKey}`,
      'put packs/…',
      'put indexes/…',
      'put snapshots/…/packs.json',
      'put snapshots/…/info.json',
      'put snapshots/…/manifest',
    ]);
    expect(at.store.keys('leases/')).toEqual([]);
    const [pack] = packsOf(at);
    expect(pack?.count).toBe(60);
    expect(pack?.id).toBe(
      createHash('sha256')
        .update(pack?.bytes ?? '')
        .digest('hex'),
    );
  });

  it('compresses what becomes smaller by it, and leaves alone what does not', async () => {
    const text = Array.from({ length: 100_000 }, (_, count) => `line ${count}`).join('\n');
    const made = await at.project({ text });
    await at.upload(made);
    expect(packsOf(at)[0]?.size).toBeLessThan(text.length / 3);
    writeFileSync(join(made.path, 'noise'), randomBytes(1_000_000));
    const noisy = await at.snapshot(made.path);
    await at.upload(noisy);
    const frames = packsOf(at).flatMap((pack) => pack.frames);
    expect(frames.map(({ compressed }) => Number(compressed)).sort((a, b) => a - b)).toEqual([0, 1]);
    const uri = await at.upload(noisy);
    const copy = await at.blob.downloadProject(noisy.snapshotId, uri);
    expect(readFileSync(join(copy, 'noise')).equals(readFileSync(join(made.path, 'noise')))).toBe(true);
  });

  it.each([
    ['is longer', (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from('x')])],
    ['is shorter', (bytes: Uint8Array) => bytes.subarray(0, -1)],
    ['is empty', () => new Uint8Array()],
    ['has another byte', (bytes: Uint8Array) => bytes.map((byte, place) => (place === 9 ? byte ^ 1 : byte))],
  ])('puts a stored manifest again that %s', async (_, damage) => {
    const made = await at.project(many);
    const uri = await at.upload(made);
    const key = manifestKey(made.snapshotId);
    at.store.objects.set(key, { bytes: damage(bytesOf(key)), modifiedTime: 1 });
    await expect(at.blob.downloadProject(made.snapshotId, uri)).rejects.toMatchObject({
      code: 'blob.corrupt',
    });
    at.store.takeCalls();
    expect(await at.upload(made)).toBe(uri);
    const puts = at.store.takeCalls().filter((call) => /^put (packs|indexes|snapshots)/.test(call));
    expect(puts).toEqual([packListKey, infoKey, manifestKey].map((keyOf) => `put ${keyOf(made.snapshotId)}`));
    expect(readTexts(await at.blob.downloadProject(made.snapshotId, uri))).toEqual(many);
  });

  it.each([
    ['a pack that is gone', 'packs/', null],
    ['a pack that has another length', 'packs/', new Uint8Array(1)],
    ['an index that is gone', 'indexes/', null],
    ['an index that is damaged', 'indexes/', new Uint8Array(100)],
  ])('puts again what %s had, when it will be read', async (_, prefix, bytes) => {
    const made = await at.project(many);
    const uri = await at.upload(made);
    const [key = ''] = at.store.keys(prefix);
    if (bytes === null) at.store.objects.delete(key);
    else at.store.objects.set(key, { bytes, modifiedTime: 1 });
    at.store.takeCalls();
    await at.upload(made);
    const puts = at.store.takeCalls().filter((call) => /^put (packs|indexes)/.test(call));
    expect(puts).toEqual([
      `put ${at.store.keys('packs/').join()}`,
      `put ${at.store.keys('indexes/').join()}`,
    ]);
    expect(readTexts(await at.blob.downloadProject(made.snapshotId, uri))).toEqual(many);
  });

  it.each([
    ['is gone', null],
    ['is damaged', '{"format":1,"packs":[],"sum":"x"}'],
    ['a later version wrote', '{"format":2}'],
  ])('puts a list of packs again that %s, and no pack', async (_, text) => {
    const made = await at.project(many);
    const uri = await at.upload(made);
    const key = packListKey(made.snapshotId);
    if (text === null) at.store.objects.delete(key);
    else at.store.objects.set(key, { bytes: Buffer.from(text), modifiedTime: 1 });
    at.store.takeCalls();
    await at.upload(made);
    const puts = at.store.takeCalls().filter((call) => /^put (packs|indexes|snapshots)/.test(call));
    expect(puts).toEqual([packListKey, infoKey].map((keyOf) => `put ${keyOf(made.snapshotId)}`));
    expect(readTexts(await at.blob.downloadProject(made.snapshotId, uri))).toEqual(many);
  });

  it('of a snapshot that is whole in the store puts its facts and nothing else', async () => {
    const made = await at.project(many);
    await at.upload(made);
    at.store.takeCalls();
    await at.upload(made);
    const puts = at.store.takeCalls().filter((call) => /^put (?!leases)/.test(call));
    expect(puts).toEqual([`put ${infoKey(made.snapshotId)}`]);
  });

  it('of a snapshot that is stored makes it the last used', async () => {
    const [older, newer] = [await at.project({ a: '1' }), await at.project({ a: '2' })];
    let time = 1_000;
    at.store.now = () => (time += 1);
    for (const each of [older, newer]) await at.upload(each);
    const order = async (): Promise<string[]> =>
      (await at.blob.listSnapshots()).map(({ snapshotId }) => snapshotId);
    expect(await order()).toEqual([newer.snapshotId, older.snapshotId]);
    await at.upload(older);
    expect(await order()).toEqual([older.snapshotId, newer.snapshotId]);
    const [first] = await at.blob.listSnapshots();
    expect(first?.createTime).toBe(at.store.objects.get(infoKey(older.snapshotId))?.modifiedTime);
  });

  it('sends only what the store does not have, whichever snapshot it came with', async () => {
    await at.upload(await at.project(many));
    const [first] = packsOf(at);
    at.store.takeCalls();
    const next = await at.project({ ...many, 'd1/f1': 'changed', 'd9/new': 'text 2' });
    const uri = await at.upload(next);
    const added = packsOf(at).filter(({ id }) => id !== first?.id);
    expect(added.map(({ count }) => count)).toEqual([1]);
    expect(added[0]?.hashAt(0)).toBe(createHash('sha256').update('changed').digest('hex'));
    expect(added[0]?.size).toBe('changed'.length);
    const texts = { ...many, 'd1/f1': 'changed', 'd9/new': 'text 2' };
    expect(readTexts(await at.blob.downloadProject(next.snapshotId, uri))).toEqual(texts);
  });

  it('of a large file that grew sends the parts that are new', async () => {
    const large = randomBytes(largestPiece * 3);
    const made = await at.project({});
    writeFileSync(join(made.path, 'log'), large);
    await at.upload(await at.snapshot(made.path));
    writeFileSync(join(made.path, 'log'), Buffer.concat([large, randomBytes(1_000)]));
    const grown = await at.snapshot(made.path);
    const before = packsOf(at).map(({ id }) => id);
    const uri = await at.upload(grown);
    const added = packsOf(at).filter(({ id }) => !before.includes(id));
    expect(added.map(({ size }) => size)).toEqual([1_000]);
    const copy = await at.blob.downloadProject(grown.snapshotId, uri);
    expect((await at.snapshot(copy)).snapshotId).toBe(grown.snapshotId);
  });

  it('goes on where a broken one ended, in the middle of a large file too', async () => {
    const made = await at.project(many);
    writeFileSync(join(made.path, 'large'), randomBytes(largestPack * 4 + 5));
    const whole = await at.snapshot(made.path);
    let puts = 0;
    at.store.before = (call, key) => {
      if (call === 'put' && key.startsWith('packs/') && (puts += 1) > 2) throw new Error('connection lost');
    };
    await expect(at.upload(whole)).rejects.toMatchObject({ code: 'blob.store_failed' });
    // What an index names is there; a pack whose index was not put any more is put again.
    const there = packsOf(at).filter(({ id }) => at.store.keys().includes(packKey(id)));
    const bytes = there.reduce((sum, { size }) => sum + size, 0);
    expect(bytes).toBeGreaterThanOrEqual(largestPack);
    expect(await at.blob.listSnapshots()).toEqual([]);
    at.store.before = () => undefined;
    const uri = await at.upload(whole);
    const sent = packsOf(at).filter(({ id }) => !there.some((pack) => pack.id === id));
    expect(sent.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(
      largestPack * 4 + 1_000 - bytes,
    );
    const copy = await at.blob.downloadProject(whole.snapshotId, uri);
    expect((await at.snapshot(copy)).snapshotId).toBe(whole.snapshotId);
  });

  it('ends with the first failure, which aborts the calls beside it', async () => {
    const made = await at.project({});
    for (let file = 0; file < 4; file += 1)
      writeFileSync(join(made.path, `large-${file}`), randomBytes(largestPack));
    const whole = await at.snapshot(made.path);
    let puts = 0;
    let aborted = 0;
    at.store.before = async (call, key, signal) => {
      if (call !== 'put' || !key.startsWith('packs/')) return;
      puts += 1;
      if (puts === 3) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      await new Promise<void>((_, reject) => {
        signal?.addEventListener('abort', () => {
          aborted += 1;
          reject(signal.reason as Error);
        });
      });
    };
    const message: unknown = expect.stringMatching(/memory:\/\/store.*"packs\/.*no space/);
    await expect(at.upload(whole)).rejects.toMatchObject({
      code: 'blob.store_failed',
      message,
      context: { location: 'memory://store', systemCode: 'ENOSPC' },
    });
    expect(aborted).toBe(puts - 1);
    expect(at.store.keys('snapshots/')).toEqual([]);
    expect(at.store.keys('leases/')).toEqual([]);
  });

  it('can be aborted at every call that it makes, and then shows nothing', async () => {
    const made = await at.project({ a: '1', b: '2', c: '3' });
    const reason = new Error('no longer wanted');
    for (let last = 0; ; last += 1) {
      const aborting = new AbortController();
      let calls = 0;
      at.store.before = () => {
        if (calls === last) aborting.abort(reason);
        calls += 1;
      };
      const error: unknown = await at.upload(made, aborting.signal).catch((thrown: unknown) => thrown);
      at.store.before = () => undefined;
      if (typeof error === 'string') break; // it was done before that many calls, and gave its uri
      expect(error).toBe(reason);
      expect(await at.blob.listSnapshots()).toEqual([]);
      expect(at.store.keys('leases/'), `after call ${last}`).toEqual([]);
      expect(last).toBeLessThan(40);
    }
    expect(await at.blob.listSnapshots()).toHaveLength(1);
  });

  it('reads generated files from the overlay, and says so when there is none', async () => {
    const made = await at.project({ 'x/generated/plan.json': '{}' });
    const entries = made.manifest.entries.map((entry) => ({ ...entry, path: 'generated/plan.json' }));
    const manifest = { ...made.manifest, entries };
    const id = snapshotIdOf(manifest);
    await expect(at.blob.uploadProject(id, made.path, { manifest })).rejects.toMatchObject({
      code: 'blob.no_overlay',
    });
    const uri = await at.blob.uploadProject(id, made.path, { manifest, overlay: join(made.path, 'x') });
    expect(readTexts(await at.blob.downloadProject(id, uri))).toEqual({ 'generated/plan.json': '{}' });
  });

  it('refuses a file that changed, small or large, of the same size', async () => {
    for (const size of [10, 3_000_000, 5_000_000]) {
      const made = await at.project({ f: 'x'.repeat(size) });
      writeFileSync(join(made.path, 'f'), 'y'.repeat(size));
      await expect(at.upload(made)).rejects.toMatchObject({ code: 'blob.changed', context: { path: 'f' } });
    }
    expect(packsOf(at).flatMap(({ files }) => files)).toEqual([]);
    expect(at.store.keys('snapshots/')).toEqual([]);
  });

  it.each([
    ['blob.invalid_id', 'of another snapshot', { projectName: 'another' }],
    ['blob.invalid_manifest', 'that cannot be used', { projectName: '../x' }],
  ])('refuses with %s a manifest %s, and stores nothing of it', async (code, _, change) => {
    const made = await at.project({ a: '1' });
    const manifest = { ...made.manifest, ...change };
    const upload = at.blob.uploadProject(made.snapshotId, made.path, { manifest });
    await expect(upload).rejects.toMatchObject({ code });
    expect(at.store.keys('')).toEqual([layoutKey]);
  });

  it('leaves the project as it was', async () => {
    const made = await at.project(many);
    await at.upload(made);
    expect(readTexts(made.path)).toEqual(many);
  });
});

/** The packs that have an index. */
function packsOf(bench: Bench): PackIndex[] {
  return bench.store.keys('indexes/').map((key) => new PackIndex(key.split('/').at(-1) ?? '', bytesOf(key)));
}

function bytesOf(key: string): Uint8Array {
  return at.store.objects.get(key)?.bytes ?? new Uint8Array();
}

describe('a list', () => {
  it('is made from the manifests where what was kept beside them is damaged or gone', async () => {
    const made = [await at.project({ a: '12' }), await at.project({ a: '12', b: '345' })];
    for (const each of made) await at.upload(each);
    const before = await at.blob.listSnapshots();
    at.store.objects.delete(infoKey(made[0]?.snapshotId ?? ''));
    at.store.objects.set(infoKey(made[1]?.snapshotId ?? ''), {
      bytes: Buffer.from('{"files":'),
      modifiedTime: 1,
    });
    expect(await at.blob.listSnapshots()).toEqual(before);
    expect(before.map(({ files, size }) => `${files} files, ${size} bytes`).sort()).toEqual([
      '1 files, 2 bytes',
      '2 files, 5 bytes',
    ]);
  });

  it('does not show what is not whole', async () => {
    const made = await at.project({ a: '1' });
    await at.upload(made);
    at.store.objects.delete(manifestKey(made.snapshotId));
    at.store.objects.set('snapshots/not-an-id/manifest', {
      bytes: readFileSync(import.meta.filename),
      modifiedTime: 1,
    });
    expect(await at.blob.listSnapshots()).toEqual([]);
  });
});
