import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentHolder } from '../src/holder.ts';
import { manifestKey, packKey, packListKey } from '../src/keys.ts';
import { takeLease } from '../src/lease.ts';
import { Bench, readTexts } from './bench.ts';

let at: Bench;
beforeEach(() => {
  at = new Bench();
});
afterEach(async () => await at.dispose());

describe('removeSnapshots', () => {
  it('removes what only they use, gives the bytes set free, and keeps the rest whole', async () => {
    const kept = await at.project({ shared: 'shared', own: 'kept' });
    const gone = await at.project({ shared: 'shared', own: 'gone!' });
    const keptUri = await at.upload(kept);
    const keysBefore = at.store.keys();
    await at.upload(gone);
    const before = sizeOf(at);
    const freed = await at.blob.removeSnapshots([gone.snapshotId]);
    expect(at.store.keys()).toEqual(keysBefore);
    expect(freed).toBe(before - sizeOf(at));
    expect(readTexts(await at.blob.downloadProject(kept.snapshotId, keptUri))).toEqual({
      shared: 'shared',
      own: 'kept',
    });
  });

  it('passes over ids that are not stored, and with none removes what broken uploads left', async () => {
    const kept = await at.project({ a: '1' });
    await at.upload(kept);
    const keys = at.store.keys();
    at.store.objects.set(packKey('f'.repeat(64)), { bytes: new Uint8Array(7), modifiedTime: 1 });
    at.store.objects.set(`snapshots/${'f'.repeat(64)}/info.json`, {
      bytes: new Uint8Array(5),
      modifiedTime: 1,
    });
    expect(await at.blob.removeSnapshots([])).toBe(12);
    expect(await at.blob.removeSnapshots(['e'.repeat(64)])).toBe(0);
    expect(at.store.keys()).toEqual(keys);
  });

  it.each([
    ['{}', 'blob.unsupported_layout'],
    ['{"format":1,"packs":[],"sum":""}', 'blob.corrupt'],
    ['{"format":2}', 'blob.unsupported_layout'],
    ['', 'blob.corrupt'],
  ])('removes snapshots but no packs while a list of them is %s, and says so', async (damaged, code) => {
    const [first, second] = [await at.project({ a: '1' }), await at.project({ b: '2' })];
    await at.upload(first);
    const uri = await at.upload(second);
    at.store.objects.set(packListKey(second.snapshotId), { bytes: Buffer.from(damaged), modifiedTime: 1 });
    const packs = at.store.keys('packs/');
    const message: unknown = expect.stringMatching(
      new RegExp(`^1 snapshots were removed from .* what snapshot ${second.snapshotId} uses is not known`),
    );
    const removing = at.blob.removeSnapshots([first.snapshotId]);
    await expect(removing).rejects.toMatchObject({
      code,
      message,
      context: { snapshotId: second.snapshotId, removed: 1 },
    });
    expect(at.store.keys('packs/')).toEqual(packs);
    expect(await at.blob.listSnapshots()).toMatchObject([{ snapshotId: second.snapshotId }]);
    await at.upload(second); // repairs it
    expect(await at.blob.removeSnapshots([])).toBeGreaterThan(0);
    expect(at.store.keys('packs/')).toHaveLength(1);
    expect(readTexts(await at.blob.downloadProject(second.snapshotId, uri))).toEqual({ b: '2' });
  });

  it('removes a snapshot whose manifest cannot be read, and leaves what others share with it', async () => {
    const kept = await at.project({ shared: 'shared', own: 'kept' });
    const keptUri = await at.upload(kept);
    const keys = at.store.keys();
    const gone = await at.project({ shared: 'shared', own: 'gone' });
    await at.upload(gone);
    at.store.objects.set(manifestKey(gone.snapshotId), { bytes: Buffer.from('{"'), modifiedTime: 1 });
    await at.blob.removeSnapshots([gone.snapshotId]);
    expect(at.store.keys()).toEqual(keys);
    expect(readTexts(await at.blob.downloadProject(kept.snapshotId, keptUri))).toEqual({
      shared: 'shared',
      own: 'kept',
    });
  });

  it('removes nothing when the store fails while it looks for what is used', async () => {
    const [first, second] = [await at.project({ a: '1' }), await at.project({ b: '2' })];
    for (const each of [first, second]) await at.upload(each);
    const keys = at.store.keys();
    at.store.before = (call, key) => {
      if (call === 'get' && key === packListKey(second.snapshotId)) throw new Error('connection lost');
    };
    const removing = at.blob.removeSnapshots([first.snapshotId]);
    await expect(removing).rejects.toMatchObject({ code: 'blob.store_failed' });
    expect(at.store.keys()).toEqual(keys);
  });

  it('gives up at once beside an upload, and works when it has ended', async () => {
    const made = await at.project({ a: '1' });
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const reached = new Promise<void>((resolve) => {
      at.store.before = async (call, key) => {
        if (call !== 'put' || !key.startsWith('packs/')) return;
        resolve();
        await gate;
      };
    });
    const upload = at.upload(made);
    await reached;
    await expect(at.blob.removeSnapshots([])).rejects.toMatchObject({ code: 'blob.busy' });
    go();
    await upload;
    expect(await at.blob.removeSnapshots([])).toBe(0);
    expect(at.store.keys('leases/')).toEqual([]);
    expect(await at.blob.listSnapshots()).toHaveLength(1);
  });

  it('makes an upload wait that would rely on what is being removed', async () => {
    const old = await at.project({ a: 'the same content' });
    await at.upload(old);
    const next = await at.project({ b: 'the same content' });
    const uploads: Promise<string>[] = [];
    let ended = false;
    at.store.before = async (call, key) => {
      if (call !== 'delete' || !key.startsWith('packs/') || uploads.length > 0) return;
      uploads.push(
        at.upload(next).finally(() => {
          ended = true;
        }),
      );
      const looked = (): boolean => at.store.calls.filter((each) => each === 'list leases/').length > 4;
      while (!looked()) await wait(5);
      expect(ended).toBe(false);
    };
    await at.blob.removeSnapshots([old.snapshotId]);
    const [uri] = await Promise.all(uploads);
    expect(readTexts(await at.blob.downloadProject(next.snapshotId, uri ?? ''))).toEqual({
      b: 'the same content',
    });
  });

  it('makes an upload wait that would find stored what is being removed', async () => {
    const old = await at.project({ a: 'old' });
    await at.upload(old);
    const uploads: Promise<string>[] = [];
    at.store.before = async (call) => {
      if (call !== 'delete' || uploads.length > 0) return;
      uploads.push(at.upload(old));
      // It gets as far as it can before the removal goes on: to its answer, unless it waits.
      const looks = (): number => at.store.calls.filter((each) => each === 'list leases/').length;
      const before = looks();
      const looked = async (): Promise<void> => {
        while (looks() < before + 2) await wait(5);
      };
      await Promise.race([looked(), ...uploads]);
    };
    await at.blob.removeSnapshots([old.snapshotId]);
    const [uri] = await Promise.all(uploads);
    expect(readTexts(await at.blob.downloadProject(old.snapshotId, uri ?? ''))).toEqual({ a: 'old' });
  });

  it('leaves what has been used since the list that it was chosen from', async () => {
    let time = 1_000;
    at.store.now = () => (time += 1);
    const [old, newer] = [await at.project({ a: 'old' }), await at.project({ a: 'newer' })];
    for (const each of [old, newer]) await at.upload(each);
    const [newest, chosen] = await at.blob.listSnapshots();
    expect(chosen?.snapshotId).toBe(old.snapshotId);
    const unusedSince = newest?.createTime ?? 0;
    const uri = await at.upload(old); // as "aiflow run" in another terminal, on a project that went back
    expect(await at.blob.removeSnapshots([old.snapshotId], { unusedSince })).toBe(0);
    expect(readTexts(await at.blob.downloadProject(old.snapshotId, uri))).toEqual({ a: 'old' });
    await at.blob.removeSnapshots([old.snapshotId], { unusedSince: time + 1 });
    expect(await at.blob.listSnapshots()).toMatchObject([{ snapshotId: newer.snapshotId }]);
  });

  it('is not kept from its work by who died on this machine, or stood still for long on another', async () => {
    const lease = (name: string, holder: object, modifiedTime: number): void => {
      at.store.objects.set(`leases/upload-${name}`, {
        bytes: Buffer.from(JSON.stringify(holder)),
        modifiedTime,
      });
    };
    const here = currentHolder();
    lease('dead', { ...here, pid: 2 ** 30 }, Date.now());
    lease('silent', { ...here, host: `not-${hostname()}` }, Date.now() - 6 * 60_000);
    lease('broken', {}, Date.now() - 6 * 60_000);
    expect(await at.blob.removeSnapshots([])).toBe(0);
    expect(at.store.keys('leases/')).toEqual([]);
    lease('alive', here, Date.now());
    await expect(at.blob.removeSnapshots([])).rejects.toMatchObject({ code: 'blob.busy' });
    lease('alive', { ...here, host: `not-${hostname()}` }, Date.now() - 60_000);
    await expect(at.blob.removeSnapshots([])).rejects.toMatchObject({ code: 'blob.busy' });
  });
});

describe('a lease', () => {
  it('cannot be confirmed once another has taken its holder for dead', async () => {
    const lease = await takeLease(at.store, 'upload');
    await lease.confirm();
    at.store.objects.clear();
    await expect(lease.confirm()).rejects.toMatchObject({ code: 'blob.lease_lost' });
    await lease.release();
    await lease.release();
  });
});

function sizeOf(bench: Bench): number {
  return [...bench.store.objects.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
}
