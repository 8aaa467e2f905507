import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotIdOf } from '@aiflow/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { infoKey, manifestKey, objectKey } from '../src/keys.ts';
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
  it('puts each content once, then the manifest as the last of all', async () => {
    const made = await at.project({ ...many, again: 'text 1' });
    await at.upload(made);
    const puts = at.store.takeCalls().filter((call) => call.startsWith('put'));
    expect(puts.filter((call) => call.startsWith('put objects/'))).toHaveLength(60);
    expect(puts.at(-1)).toBe(`put ${manifestKey(made.snapshotId)}`);
    expect(at.store.keys('leases/')).toEqual([]);
    for (const key of at.store.keys('objects/')) {
      const hash = createHash('sha256')
        .update(at.store.objects.get(key)?.bytes ?? '')
        .digest('hex');
      expect(key).toBe(objectKey(hash));
    }
  });

  it('of a snapshot that is stored sends no content, only its few facts, below a lease', async () => {
    const made = await at.project(many);
    const uri = await at.upload(made);
    await at.blob.downloadProject(made.snapshotId, uri);
    at.store.takeCalls();
    expect(await at.upload(made)).toBe(uri);
    expect(at.store.takeCalls().map((call) => call.replace(/(leases\/upload-).*/, '$1…'))).toEqual([
      'put leases/upload-…',
      'list leases/',
      `get ${manifestKey(made.snapshotId)}`,
      `put ${infoKey(made.snapshotId)}`,
      'delete leases/upload-…',
    ]);
    expect(at.store.objects.get(infoKey(made.snapshotId))?.bytes.length).toBeLessThan(300);
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
    const puts = at.store.takeCalls().filter((call) => /^put (objects|snapshots)/.test(call));
    expect(puts).toEqual([`put ${infoKey(made.snapshotId)}`, `put ${key}`]);
    expect(readTexts(await at.blob.downloadProject(made.snapshotId, uri))).toEqual(many);
  });

  it('puts objects of a stored snapshot again that are gone or have another length, when it will be read', async () => {
    const made = await at.project(many);
    const uri = await at.upload(made);
    const [cut = '', gone = ''] = at.store.keys('objects/');
    at.store.objects.set(cut, { bytes: new Uint8Array(1), modifiedTime: 1 });
    at.store.objects.delete(gone);
    at.store.takeCalls();
    await at.upload(made);
    const puts = at.store.takeCalls().filter((call) => /^put (objects|snapshots)/.test(call));
    expect(puts.sort()).toEqual([`put ${cut}`, `put ${gone}`, `put ${infoKey(made.snapshotId)}`].sort());
    expect(readTexts(await at.blob.downloadProject(made.snapshotId, uri))).toEqual(many);
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
    const made = await at.project(many);
    await at.upload(made);
    at.store.takeCalls();
    await at.upload(await at.project({ ...many, 'd1/f1': 'changed', 'd9/new': 'text 2' }));
    const sent = at.store.takeCalls().filter((call) => call.startsWith('put objects/'));
    expect(sent).toEqual([`put ${objectKey(createHash('sha256').update('changed').digest('hex'))}`]);
  });

  it('goes on where a broken one ended, and puts again what has another length', async () => {
    const made = await at.project(many);
    let puts = 0;
    at.store.before = (call, key) => {
      if (call === 'put' && key.startsWith('objects/') && (puts += 1) > 20)
        throw new Error('connection lost');
    };
    await expect(at.upload(made)).rejects.toMatchObject({ code: 'blob.store_failed' });
    const there = at.store.keys('objects/');
    expect(there).toHaveLength(20);
    expect(await at.blob.listSnapshots()).toEqual([]);
    at.store.before = () => undefined;
    const [cut] = there;
    if (cut !== undefined) at.store.objects.set(cut, { bytes: new Uint8Array(1), modifiedTime: 0 });
    at.store.takeCalls();
    const uri = await at.upload(made);
    expect(at.store.takeCalls().filter((call) => call.startsWith('put objects/'))).toHaveLength(41);
    expect(readTexts(await at.blob.downloadProject(made.snapshotId, uri))).toEqual(many);
  });

  it('ends with the first failure, which aborts the calls beside it', async () => {
    const made = await at.project(many);
    let puts = 0;
    let aborted = 0;
    at.store.before = async (call, key, signal) => {
      if (call !== 'put' || !key.startsWith('objects/')) return;
      puts += 1;
      if (puts === 10) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      await new Promise<void>((_, reject) => {
        signal?.addEventListener('abort', () => {
          aborted += 1;
          reject(signal.reason as Error);
        });
      });
    };
    const message: unknown = expect.stringMatching(/memory:\/\/store.*"objects\/.*no space/);
    await expect(at.upload(made)).rejects.toMatchObject({
      code: 'blob.store_failed',
      message,
      context: { location: 'memory://store', systemCode: 'ENOSPC' },
    });
    expect([puts, aborted]).toEqual([16, 15]);
    expect(at.store.keys('snapshots/')).toEqual([]);
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
    for (const size of [10, 3_000_000]) {
      const made = await at.project({ f: 'x'.repeat(size) });
      writeFileSync(join(made.path, 'f'), 'y'.repeat(size));
      await expect(at.upload(made)).rejects.toMatchObject({ code: 'blob.changed', context: { path: 'f' } });
    }
    expect(at.store.keys('objects/')).toEqual([]);
  });

  it('leaves the project as it was', async () => {
    const made = await at.project(many);
    await at.upload(made);
    expect(readTexts(made.path)).toEqual(many);
  });
});

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
    at.store.objects.set('snapshots/not-an-id/manifest.json', {
      bytes: readFileSync(import.meta.filename),
      modifiedTime: 1,
    });
    expect(await at.blob.listSnapshots()).toEqual([]);
  });
});
