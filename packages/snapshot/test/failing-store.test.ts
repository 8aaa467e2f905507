import { randomBytes } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAIFlowError } from '@aiflow/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreBlobManager } from '../src/index.ts';
import type { ByteRange, StoreOptions } from '../src/index.ts';
import { packKey } from '../src/keys.ts';
import { largestPiece } from '../src/pack-index.ts';
import type { Made } from './bench.ts';
import { Bench, readTexts } from './bench.ts';
import { MemoryStore } from './memory-store.ts';

const seed = Number(process.env['AIFLOW_TEST_SEED'] ?? Date.now() % 1_000_000);
let at: Bench;
beforeEach(() => {
  at = new Bench();
});
afterEach(async () => await at.dispose());

const many = Object.fromEntries(
  Array.from({ length: 450 }, (_, count) => [`d${count % 9}/f${count}`, `text ${count}`.repeat(count)]),
);

/** Small files, and large ones that fill packs of their own. */
async function project(): Promise<Made> {
  const made = await at.project(many);
  writeFileSync(join(made.path, 'large'), randomBytes(largestPiece * 2 + 1));
  return await at.snapshot(made.path);
}

/** A store that gives what `change` makes of what was read. */
class LyingStore extends MemoryStore {
  change: (key: string, bytes: Uint8Array | null) => Uint8Array | null = (_, bytes) => bytes;
  readonly ranges: (ByteRange & { readonly key: string })[] = [];

  override async get(key: string, options?: StoreOptions): Promise<Uint8Array | null> {
    return this.change(key, await super.get(key, options));
  }

  async getRange(key: string, range: ByteRange, options?: StoreOptions): Promise<Uint8Array | null> {
    this.ranges.push({ key, ...range });
    return this.change(key, (await super.get(key, options))?.slice(range.start, range.end) ?? null);
  }
}

function lying(): { readonly store: LyingStore; readonly blob: StoreBlobManager } {
  const store = new LyingStore();
  return { store, blob: new StoreBlobManager({ store, config: {}, cacheDir: at.cacheDir }) };
}

const flip = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, place) => (place === bytes.length >> 1 ? byte ^ 1 : byte));

describe(`a store that fails one call in fifty, half of them after it did what it was asked (AIFLOW_TEST_SEED=${seed})`, () => {
  it('is one in which everything comes to its end, nothing half is seen, and little is sent twice', async () => {
    const made = await project();
    const { store, blob } = lying();
    let state = seed;
    const random = (): number => (state = (state * 48_271 + 11) % 2_147_483_647) / 2_147_483_647;
    const failing = (call: string): void => {
      if (random() < 0.01) throw Object.assign(new Error(`${call} failed`), { code: 'ECONNRESET' });
    };
    store.before = failing;
    for (const name of ['put', 'delete'] as const) {
      const real = store[name].bind(store) as (...args: unknown[]) => Promise<void>;
      Object.assign(store, {
        [name]: async (...args: unknown[]) => {
          await real(...args);
          failing(name);
        },
      });
    }
    const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
      for (let left = 100; ; left -= 1) {
        try {
          return await work();
        } catch (error) {
          if (left === 0 || !isAIFlowError(error) || error.code !== 'blob.store_failed') throw error;
        }
      }
    };
    for (let round = 0; round < 5; round += 1) {
      const uri = await patiently(
        async () => await blob.uploadProject(made.snapshotId, made.path, { manifest: made.manifest }),
      );
      const copy = at.fresh('copy');
      await patiently(async () => await blob.downloadProject(made.snapshotId, uri, copy));
      expect((await at.snapshot(copy)).snapshotId).toBe(made.snapshotId);
      await patiently(async () => await blob.removeSnapshots([made.snapshotId]));
      expect(await patiently(async () => await blob.listSnapshots())).toEqual([]);
    }
    store.before = () => undefined;
    await blob.removeSnapshots([]);
    expect([...store.keys('packs/'), ...store.keys('indexes/'), ...store.keys('snapshots/')]).toEqual([]);
  });
});

describe('a store that gives wrong bytes', () => {
  it.each([
    ['small files', async () => await at.project(many)],
    ['small files and large ones', project],
  ])('once is asked once more (%s)', async (_, make) => {
    const made = await make();
    const { store, blob } = lying();
    const uri = await blob.uploadProject(made.snapshotId, made.path, { manifest: made.manifest });
    const seen = new Set<string>();
    store.change = (key, bytes) => {
      if (!key.startsWith('packs/') || bytes === null || seen.has(key)) return bytes;
      seen.add(key);
      return flip(bytes);
    };
    const copy = await blob.downloadProject(made.snapshotId, uri);
    expect((await at.snapshot(copy)).snapshotId).toBe(made.snapshotId);
    expect([...seen].toSorted()).toEqual(store.keys('packs/').toSorted());
    const modes = made.manifest.entries.map(({ path }) => statSync(join(copy, path)).mode & 0o777);
    expect(new Set(modes)).toEqual(new Set([0o444]));
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array | null]>([
    ['wrong', flip],
    ['cut off', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['longer', (bytes) => Buffer.concat([bytes, bytes])],
    ['gone', () => null],
    ['zeros', (bytes) => new Uint8Array(bytes.length)],
  ])(
    'of packs each time (%s) is blob.corrupt after the second time, and no copy is made',
    async (_, change) => {
      const made = await project();
      const { store, blob } = lying();
      const uri = await blob.uploadProject(made.snapshotId, made.path, { manifest: made.manifest });
      store.change = (key, bytes) => (key.startsWith('packs/') && bytes !== null ? change(bytes) : bytes);
      const own = at.fresh('own');
      await expect(blob.downloadProject(made.snapshotId, uri)).rejects.toMatchObject({
        code: 'blob.corrupt',
      });
      store.takeCalls();
      await expect(blob.downloadProject(made.snapshotId, uri, own)).rejects.toMatchObject({
        code: 'blob.corrupt',
      });
      const reads = store.takeCalls().filter((call) => call.startsWith('get packs/'));
      for (const read of reads) expect(reads.filter((each) => each === read).length).toBeLessThanOrEqual(2);
      expect([existsSync(own), at.copies()]).toEqual([false, []]);
      store.change = (_key, bytes) => bytes;
      expect((await at.snapshot(await blob.downloadProject(made.snapshotId, uri))).snapshotId).toBe(
        made.snapshotId,
      );
    },
  );

  it('that gave nothing of what it took is noticed, and filled by the next upload', async () => {
    const made = await at.project(many);
    const { store, blob } = lying();
    const upload = async (): Promise<string> =>
      await blob.uploadProject(made.snapshotId, made.path, { manifest: made.manifest });
    const uri = await upload();
    for (const key of store.keys('packs/'))
      store.objects.set(key, { bytes: new Uint8Array(), modifiedTime: 1 });
    await expect(blob.downloadProject(made.snapshotId, uri)).rejects.toMatchObject({ code: 'blob.corrupt' });
    await upload();
    expect(readTexts(await blob.downloadProject(made.snapshotId, uri))).toEqual(many);
  });
});

describe('a store that is slow', () => {
  it('is waited for, and left at once when nobody waits any more', async () => {
    const made = await project();
    const { store, blob } = lying();
    store.before = async (_call, _key, signal) => await wait(20, undefined, signal ? { signal } : {});
    const uri = await blob.uploadProject(made.snapshotId, made.path, { manifest: made.manifest });
    store.before = async (call, key, signal) => {
      if (call === 'get' && key.startsWith('packs/'))
        await wait(600_000, undefined, signal ? { signal } : {});
    };
    const reason = new Error('no longer wanted');
    const aborting = new AbortController();
    const download = blob.downloadProject(made.snapshotId, uri, at.fresh('own'), { signal: aborting.signal });
    setTimeout(() => aborting.abort(reason), 50);
    await expect(download).rejects.toBe(reason);
    store.before = async (call, key, signal) => {
      if (call === 'put' && key.startsWith('packs/'))
        await wait(600_000, undefined, signal ? { signal } : {});
    };
    await blob.removeSnapshots([made.snapshotId]);
    const again = new AbortController();
    const upload = blob.uploadProject(made.snapshotId, made.path, {
      manifest: made.manifest,
      signal: again.signal,
    });
    setTimeout(() => again.abort(reason), 50);
    await expect(upload).rejects.toBe(reason);
    expect(store.keys('leases/')).toEqual([]);
  });
});

describe('a store that can give parts of objects', () => {
  it('is asked for parts where a snapshot needs little of a pack', async () => {
    const { store, blob } = lying();
    const noise = Object.fromEntries(
      Array.from({ length: 13 }, (_, count) => [`noise-${count}`, randomBytes(300_000).toString('hex')]),
    );
    const all = await at.project(noise);
    await blob.uploadProject(all.snapshotId, all.path, { manifest: all.manifest });
    const [pack = ''] = store.keys('packs/');
    const one = await at.project({ only: noise['noise-7'] ?? '' });
    const uri = await blob.uploadProject(one.snapshotId, one.path, { manifest: one.manifest });
    expect(store.keys('packs/')).toEqual([pack]); // it was there
    store.takeCalls();
    const copy = await blob.downloadProject(one.snapshotId, uri);
    expect(readTexts(copy)).toEqual({ only: noise['noise-7'] });
    const [range] = store.ranges;
    expect(store.ranges).toHaveLength(1);
    expect(range?.key).toBe(packKey(pack.slice(-64)));
    expect((range?.end ?? 0) - (range?.start ?? 0)).toBeLessThan(store.objects.get(pack)?.bytes.length ?? 0);
    // All of it is one call for the whole pack.
    store.ranges.length = 0;
    await blob.downloadProject(all.snapshotId, uri.replace(one.snapshotId, all.snapshotId));
    expect(store.ranges).toEqual([]);
  });
});
