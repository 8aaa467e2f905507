import { randomBytes } from 'node:crypto';
import type { Hdfs } from '@aiflow-private/engines';
import { hdfs, startHdfs, whereEngine } from '@aiflow-private/engines';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HdfsStoreOptions } from '../src/store.ts';
import { HdfsObjectStore } from '../src/store.ts';
import type { Fault } from './faulty-proxy.ts';
import { FaultyProxy } from './faulty-proxy.ts';
import { Superuser } from './superuser.ts';

vi.setConfig({ testTimeout: 120_000 });

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const keysOf = async (store: HdfsObjectStore): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys.toSorted();
};
/** Large enough to be in several packets and to be cut in the middle. */
const large = new Uint8Array(randomBytes(3_000_000));
/** At once, where vitest looks at byte after byte. */
const isSame = (found: Uint8Array | null, wanted: Uint8Array): boolean =>
  found !== null && Buffer.compare(found, wanted) === 0;

whereEngine(hdfs, (home) => {
  let cluster: Hdfs;
  let superuser: Superuser;
  let proxy: FaultyProxy;
  let root = '';
  let made = 0;

  beforeAll(async () => {
    cluster = await startHdfs(home);
    superuser = new Superuser(cluster.nameNodes[0], cluster.superuser);
    proxy = await FaultyProxy.start(cluster.nameNodes[0]);
  }, 330_000);
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    made += 1;
    root = `/root-${made}`;
    await superuser.makeDirectory(root, 'owner');
  });
  afterEach(() => proxy.heal());

  /** A store behind the proxy that waits for next to nothing between its attempts. */
  const open = (options: Partial<HdfsStoreOptions> = {}): HdfsObjectStore =>
    new HdfsObjectStore({
      hdfsUrl: proxy.url,
      rootDirectory: root,
      user: 'owner',
      maxAttempts: 4,
      firstPauseMs: 5,
      ...options,
    });
  const leftovers = async (): Promise<string[]> => await superuser.names(`${root}/.tmp`);

  const passing: readonly (readonly [string, Fault])[] = [
    ['a 503', { kind: 'answer', status: 503 }],
    ['a 500 of another program', { kind: 'answer', status: 500, body: '<html>oops</html>' }],
    ['a connection cut before', { kind: 'cut before' }],
    ['a connection cut after', { kind: 'cut after' }],
    ['an answer cut in the middle', { kind: 'cut in answer' }],
  ];

  describe.each(passing)('%s that happens twice', (_name, fault) => {
    it.each(['MKDIRS', 'LISTSTATUS_BATCH', 'CREATE', 'CREATE at DataNode', 'RENAME'])(
      'at %s does not keep an object from being put whole, and leaves nothing beside it',
      async (what) => {
        const store = open();
        proxy.failAt(what, fault, 2);
        await store.put('a/b', large);
        expect(proxy.count(what)).toBeGreaterThanOrEqual(3);
        expect(isSame(await open().get('a/b'), large)).toBe(true);
        expect(await keysOf(store)).toEqual(['a/b']);
        expect(await leftovers()).toEqual([]);
      },
    );

    it.each(['OPEN', 'OPEN at DataNode'])('at %s does not keep an object from being read', async (what) => {
      const store = open();
      await store.put('a', large);
      proxy.failAt(what, fault, 2);
      expect(isSame(await store.get('a'), large)).toBe(true);
      proxy.failAt(what, fault, 2);
      const part = await store.getRange('a', { start: 1_000_000, end: 2_000_000 });
      expect(isSame(part, large.subarray(1_000_000, 2_000_000))).toBe(true);
      expect(proxy.count(what)).toBe(3);
    });

    it('does not make putIfAbsent forget that it was the first', async () => {
      const store = open();
      proxy.failAt('RENAME', fault, 2);
      expect(await store.putIfAbsent('lock', bytesOf('mine'))).toBe(true);
      proxy.failAt('RENAME', fault, 2);
      expect(await store.putIfAbsent('lock', bytesOf('second'))).toBe(false);
      expect(await store.get('lock')).toEqual(bytesOf('mine'));
      expect(await leftovers()).toEqual([]);
    });

    it('does not keep an object from being looked at, listed and deleted', async () => {
      const store = open();
      await store.put('a/b', bytesOf('x'));
      proxy.failAt('GETFILESTATUS', fault, 2);
      expect(await store.head('a/b')).toMatchObject({ size: 1 });
      proxy.failAt('LISTSTATUS_BATCH', fault, 2);
      expect(await keysOf(store)).toEqual(['a/b']);
      proxy.failAt('DELETE', fault, 2);
      await store.delete('a/b');
      expect(await store.head('a/b')).toBeNull();
    });
  });

  it('a body that is cut off on its way to the DataNode is sent again, and no half of it is ever to be seen', async () => {
    const store = open();
    await store.put('a', bytesOf('old'));
    proxy.failAt('CREATE at DataNode', { kind: 'cut in request' }, 2);
    await store.put('a', large);
    expect(isSame(await store.get('a'), large)).toBe(true);
    proxy.failAt('CREATE at DataNode', { kind: 'cut in request' });
    await expect(store.put('a', bytesOf('never whole'))).rejects.toMatchObject({ code: 'blob.unavailable' });
    await expect(store.put('b', bytesOf('never whole'))).rejects.toMatchObject({ code: 'blob.unavailable' });
    expect(proxy.count('RENAME')).toBe(0);
    expect(isSame(await store.get('a'), large)).toBe(true);
    expect(await keysOf(store)).toEqual(['a']);
    expect(await leftovers()).toEqual([]);
  });

  describe('a failure that does not pass', () => {
    it.each([
      ['RENAME', { kind: 'answer', status: 503 }, 'it answered 503'],
      ['CREATE', { kind: 'cut before' }, 'socket hang up'],
      ['CREATE at DataNode', { kind: 'cut after' }, 'socket hang up'],
      ['CREATE at DataNode', { kind: 'answer', status: 500 }, 'it answered 500'],
    ] as const)(
      'at %s (%j) ends a put with blob.unavailable, and nothing is seen',
      async (what, fault, reason) => {
        const store = open();
        proxy.failAt(what, fault);
        const error: unknown = await store.put('a', bytesOf('x')).catch((caught: unknown) => caught);
        expect(error).toMatchObject({
          code: 'blob.unavailable',
          message: expect.stringMatching(
            new RegExp(
              `^the blob store ${store.location} failed: ${what.split(' ')[0]} ${root}/\\.tmp/.* as user owner at ${proxy.url}: .*${reason}.*tried 4 times`,
            ),
          ) as unknown,
          context: { attempts: 4, location: store.location },
        });
        expect(proxy.count(what)).toBe(4);
        proxy.heal();
        expect(await keysOf(store)).toEqual([]);
        expect(await leftovers()).toEqual([]);
      },
    );

    it('ends a read whose bytes never all come', async () => {
      const store = open();
      await store.put('a', large);
      proxy.failAt('OPEN at DataNode', { kind: 'cut in answer' });
      await expect(store.get('a')).rejects.toMatchObject({
        code: 'blob.unavailable',
        message: expect.stringContaining(`OPEN ${root}/a`) as unknown,
        cause: { code: 'ECONNRESET' },
      });
      expect(proxy.count('OPEN at DataNode')).toBe(4);
    });

    it('of a server that says nothing ends when its time is up', async () => {
      const store = open({ timeoutMs: 100, maxAttempts: 2 });
      proxy.failAt('GETFILESTATUS', { kind: 'silence' });
      await expect(store.head('a')).rejects.toMatchObject({
        code: 'blob.unavailable',
        message: expect.stringContaining('nothing came for 0.1 s (tried 2 times)') as unknown,
        context: { systemCode: 'ETIMEDOUT' },
      });
    });

    it('can be aborted while the server says nothing, and between two attempts', async () => {
      for (const fault of [{ kind: 'silence' }, { kind: 'answer', status: 503 }] as const) {
        const store = open({ firstPauseMs: 600_000 });
        proxy.failAt('GETFILESTATUS', fault);
        const abort = new AbortController();
        const reason = new Error('enough');
        const looking = store.head('a', { signal: abort.signal });
        await vi.waitFor(() => expect(proxy.count('GETFILESTATUS')).toBe(1));
        abort.abort(reason);
        await expect(looking).rejects.toBe(reason);
      }
    });
  });

  describe('a NameNode that sends us astray', () => {
    it.each(['file:///etc/passwd', 'ftp://host/x', 'http://user:word@127.0.0.1:1/x'])(
      'to %s is not followed',
      async (location) => {
        proxy.failAt('OPEN', { kind: 'answer', status: 307, headers: { location } });
        await expect(open().get('a')).rejects.toMatchObject({
          code: 'blob.store_failed',
          message: expect.stringContaining('expected an http or https address') as unknown,
        });
      },
    );

    it('to a DataNode that sends us on is not followed for ever', async () => {
      const store = open();
      await store.put('a', bytesOf('x'));
      proxy.failAt('OPEN at DataNode', {
        kind: 'answer',
        status: 307,
        headers: { location: `${proxy.url}/x?op=OPEN` },
      });
      await expect(store.get('a')).rejects.toMatchObject({ code: 'blob.store_failed' });
      expect(proxy.count('OPEN at DataNode')).toBe(1);
    });
  });
});
