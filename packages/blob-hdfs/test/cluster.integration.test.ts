import type { Hdfs } from '@aiflow-private/engines';
import { freePort, hdfs, startHdfs, whereEngine } from '@aiflow-private/engines';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HdfsStoreOptions } from '../src/store.ts';
import { HdfsObjectStore } from '../src/store.ts';
import { FaultyProxy } from './faulty-proxy.ts';
import { Superuser } from './superuser.ts';

vi.setConfig({ testTimeout: 120_000 });

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const keysOf = async (store: HdfsObjectStore): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys.toSorted();
};
const containing = (...texts: readonly string[]): unknown =>
  expect.stringMatching(new RegExp(texts.map((text) => text.replaceAll(/[^\w ]/g, '\\$&')).join('.*')));

whereEngine(hdfs, (home) => {
  let cluster: Hdfs;
  let superuser: Superuser;
  let root = '';
  let made = 0;

  beforeAll(async () => {
    cluster = await startHdfs(home);
    superuser = new Superuser(cluster.nameNodes[0], cluster.superuser);
  }, 330_000);
  afterAll(async () => await cluster[Symbol.asyncDispose]());
  beforeEach(async () => {
    made += 1;
    root = `/root-${made}`;
    await superuser.makeDirectory(root, 'owner');
  });

  const open = (options: Partial<HdfsStoreOptions> = {}): HdfsObjectStore =>
    new HdfsObjectStore({
      hdfsUrl: cluster.nameNodes[0],
      rootDirectory: root,
      user: 'owner',
      maxAttempts: 4,
      firstPauseMs: 5,
      ...options,
    });
  /** A call that fails, for each kind of call. */
  const calls = (store: HdfsObjectStore): Readonly<Record<string, () => Promise<unknown>>> => ({
    put: async () => await store.put('a', bytesOf('x')),
    putIfAbsent: async () => await store.putIfAbsent('a', bytesOf('x')),
    get: async () => await store.get('a'),
    head: async () => await store.head('a'),
    list: async () => await keysOf(store),
    delete: async () => await store.delete('a'),
  });

  describe('permissions', () => {
    it('that are missing are blob.forbidden and name the user, the path and what to do, for every call, at once', async () => {
      await open().put('a', bytesOf('secret'));
      await superuser.call('PUT', root, 'SETPERMISSION', { permission: '700' });
      for (const [name, call] of Object.entries(calls(open({ user: 'stranger' })))) {
        await expect(call(), name).rejects.toMatchObject({
          code: 'blob.forbidden',
          message: containing(
            `the blob store ${open().location} failed: `,
            root,
            ' as user stranger at ',
            'Permission denied: user=stranger',
            'set hdfs_user to who has it',
          ),
          context: { attempts: 1, exception: 'AccessControlException' },
        });
      }
      expect(await open().get('a')).toEqual(bytesOf('secret'));
    });

    it('to read alone let a store read, and no large body is needed to see that it cannot write', async () => {
      await open().put('a', bytesOf('public'));
      const store = open({ user: 'stranger' });
      expect(await store.get('a')).toEqual(bytesOf('public'));
      await expect(store.put('b', new Uint8Array(20_000_000))).rejects.toMatchObject({
        code: 'blob.forbidden',
      });
      await expect(store.delete('a')).rejects.toMatchObject({ code: 'blob.forbidden' });
    });

    it('that HDFS has not for a user of this name are asked for as they are', async () => {
      await expect(open({ user: 'no!user' }).get('a')).rejects.toMatchObject({
        code: 'blob.store_failed',
        message: containing('user.name'),
      });
    });
  });

  it('a root directory that is a file, or lies below one, is named as such', async () => {
    await superuser.write(`${root}/file`, bytesOf('in the way'));
    await superuser.call('PUT', `${root}/file`, 'SETOWNER', { owner: 'owner' });
    for (const rootDirectory of [`${root}/file`, `${root}/file/below`]) {
      await expect(open({ rootDirectory }).put('a', bytesOf('x'))).rejects.toMatchObject({
        message: containing(rootDirectory, `${root}/file (is not a directory)`),
        context: { attempts: 1 },
      });
    }
    expect((await superuser.read(`${root}/file`)).toString()).toBe('in the way');
  });

  it('a directory where an object belongs stays, and is named', async () => {
    await open().put('a/b', bytesOf('x'));
    expect(await open().get('a')).toBeNull();
    expect(await open().head('a')).toBeNull();
    await expect(open().put('a', bytesOf('y'))).rejects.toMatchObject({
      code: 'blob.unavailable',
      context: { operation: 'RENAME', attempts: 1 },
    });
    await open().delete('a');
    expect(await open().get('a/b')).toEqual(bytesOf('x'));
    expect(await superuser.names(`${root}/.tmp`)).toEqual([]);
  });

  describe('safe mode', () => {
    it('is blob.unavailable when it does not pass, and what is there can be read', async () => {
      const store = open();
      await store.put('a', bytesOf('x'));
      await cluster.command('enter safe mode');
      try {
        await expect(store.put('b', bytesOf('y'))).rejects.toMatchObject({
          code: 'blob.unavailable',
          message: containing('safe mode'),
        });
        await expect(store.delete('a')).rejects.toMatchObject({ code: 'blob.unavailable' });
        expect(await store.get('a')).toEqual(bytesOf('x'));
      } finally {
        await cluster.command('leave safe mode');
      }
    });

    it('is waited for when it passes', async () => {
      const store = open({ maxAttempts: 61, firstPauseMs: 50 });
      await store.put('a', bytesOf('x'));
      await cluster.command('enter safe mode');
      const putting = store.put('b', bytesOf('y'));
      await cluster.command('leave safe mode');
      await putting;
      expect(await store.get('b')).toEqual(bytesOf('y'));
    });
  });

  it('a DataNode that is gone is blob.unavailable, and is found again when it is back', async () => {
    const store = open();
    await store.put('a', bytesOf('x'));
    await cluster.command('stop datanode');
    try {
      await expect(store.get('a')).rejects.toMatchObject({
        code: 'blob.unavailable',
        message: containing('OPEN', `${root}/a`),
      });
      await expect(store.put('b', bytesOf('y'))).rejects.toMatchObject({ code: 'blob.unavailable' });
      expect(await store.head('a')).toMatchObject({ size: 1 });
    } finally {
      await cluster.command('start datanode');
    }
    const patient = open({ maxAttempts: 21, firstPauseMs: 100 });
    expect(await patient.get('a')).toEqual(bytesOf('x'));
    await patient.put('b', bytesOf('y'));
    expect(await patient.get('b')).toEqual(bytesOf('y'));
  });

  describe('two NameNodes', () => {
    it('are one store in either order, and the active one is found at once', async () => {
      const [first, second] = cluster.nameNodes;
      const stores = [
        open({ hdfsUrl: [first, second], maxAttempts: 1 }),
        open({ hdfsUrl: `${second},${first}`, maxAttempts: 1 }),
        open({ hdfsUrl: `${second};${first}`, maxAttempts: 1 }),
      ];
      expect(new Set(stores.map(({ location }) => location)).size).toBe(1);
      for (const [index, store] of stores.entries()) await store.put(`k${index}`, bytesOf('x'));
      for (const store of stores) expect(await keysOf(store)).toHaveLength(3);
    });

    it('may change their parts, also while puts go on: each that was told done is there', async () => {
      const store = open({ hdfsUrl: cluster.nameNodes, maxAttempts: 31, firstPauseMs: 20 });
      const over = new AbortController();
      const done: string[] = [];
      const work = async (worker: number): Promise<void> => {
        for (let count = 0; !over.signal.aborted; count += 1) {
          const key = `${worker}/${count}`;
          expect(await store.putIfAbsent(key, bytesOf(key)), key).toBe(true);
          done.push(key);
        }
      };
      const change = async (): Promise<void> => {
        for (const command of [
          'activate 1',
          'activate none',
          'activate 0',
          'activate 1',
          'activate 0',
        ] as const) {
          const before = done.length;
          await cluster.command(command);
          if (command !== 'activate none') await vi.waitUntil(() => done.length > before + 8, 60_000);
        }
        over.abort();
      };
      await Promise.all([change(), work(0), work(1), work(2), work(3)]);
      const found = await keysOf(store);
      expect(found).toEqual(done.toSorted());
      expect(await superuser.names(`${root}/.tmp`)).toEqual([]);
    });

    it('of which the one on standby is asked first let an object be put at the first attempt', async () => {
      const store = open({ hdfsUrl: cluster.nameNodes, maxAttempts: 1 });
      await store.put('a', bytesOf('x'));
      await cluster.command('activate 1');
      try {
        await store.put('a', bytesOf('y'));
      } finally {
        await cluster.command('activate 0');
      }
      expect(await store.get('a')).toEqual(bytesOf('y'));
    });

    it('of which one is gone are served by the other', async () => {
      const gone = `http://127.0.0.1:${await freePort()}`;
      const store = open({ hdfsUrl: [gone, cluster.nameNodes[0]], maxAttempts: 1 });
      await store.put('a', bytesOf('x'));
      expect(await store.get('a')).toEqual(bytesOf('x'));
    });

    it('of which none is active are blob.unavailable, in the words of HDFS', async () => {
      await cluster.command('activate none');
      try {
        await expect(open({ hdfsUrl: cluster.nameNodes }).get('a')).rejects.toMatchObject({
          code: 'blob.unavailable',
          message: containing('StandbyException', 'tried 4 times'),
        });
      } finally {
        await cluster.command('activate 0');
      }
    });
  });

  it('what a killed upload left is removed after a day, and nothing younger', async () => {
    await open().put('a', bytesOf('x'));
    for (const [name, hours] of [
      ['old', 25],
      ['new', 23],
    ] as const) {
      await superuser.write(`${root}/.tmp/${name}`, bytesOf('left'));
      const modificationtime = String(Date.now() - hours * 60 * 60 * 1000);
      await superuser.call('PUT', `${root}/.tmp/${name}`, 'SETTIMES', { modificationtime });
    }
    const store = open();
    expect(await keysOf(store)).toEqual(['a']);
    await store.put('b', bytesOf('y'));
    expect(await superuser.names(`${root}/.tmp`)).toEqual(['new']);
  });

  it('a server that knows no pages is asked for whole directories', async () => {
    await using proxy = await FaultyProxy.start(cluster.nameNodes[0]);
    const message =
      'Invalid value for webhdfs parameter "op": LISTSTATUS_BATCH is not a valid GET operation.';
    const body = JSON.stringify({ RemoteException: { exception: 'IllegalArgumentException', message } });
    proxy.failAt('LISTSTATUS_BATCH', { kind: 'answer', status: 400, body });
    const store = open({ hdfsUrl: proxy.url });
    for (const key of ['a', 'b/c', 'b/d']) await store.put(key, bytesOf('x'));
    expect(await keysOf(store)).toEqual(['a', 'b/c', 'b/d']);
    expect(proxy.count('LISTSTATUS')).toBe(3);
  });

  it('directories that a delete leaves empty are removed, up to the root', async () => {
    const store = open();
    for (const key of ['a/b/c/1', 'a/b/2', 'z']) await store.put(key, bytesOf('x'));
    await store.delete('a/b/c/1');
    expect(await superuser.names(`${root}/a/b`)).toEqual(['2']);
    await store.delete('a/b/2');
    expect(await superuser.names(root)).toEqual(['.tmp', 'z']);
    await store.delete('z');
    expect(await superuser.names(root)).toEqual(['.tmp']);
  });

  it('a put is never lost to the removal of its directory', async () => {
    const [one, other] = [open(), open()];
    for (let round = 0; round < 25; round += 1) {
      await one.put('d/e/first', bytesOf('x'));
      await Promise.all([one.delete('d/e/first'), other.put('d/e/second', bytesOf('y'))]);
      expect(await one.get('d/e/second')).toEqual(bytesOf('y'));
      await one.delete('d/e/second');
    }
  });

  it('what is put is flushed to the disks, is asked for by few requests, and none that needs rights at the root', async () => {
    await using proxy = await FaultyProxy.start(cluster.nameNodes[0]);
    const store = open({ hdfsUrl: proxy.url });
    await store.put('d/a', bytesOf('x'));
    proxy.heal();
    await store.put('d/b', bytesOf('x'));
    expect(proxy.seen.map(({ what }) => what)).toEqual(['CREATE', 'CREATE at DataNode', 'RENAME']);
    expect(proxy.seen[0]?.url.searchParams.get('createflag')).toBe('CREATE,SYNC_BLOCK');
  });

  it('a root with spaces and letters of any script is a place like any other', async () => {
    const store = open({ rootDirectory: `${root}/ein Ort+é%20`, nameservice: 'cluster' });
    expect(store.location).toBe(`hdfs://cluster${root}/ein%20Ort+%C3%A9%2520`);
    await store.put('a/b', bytesOf('x'));
    expect(await store.get('a/b')).toEqual(bytesOf('x'));
    expect(await keysOf(store)).toEqual(['a/b']);
    expect(await superuser.names(root)).toEqual(['ein Ort+é%20']);
  });
});
