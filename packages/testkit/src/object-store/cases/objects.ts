import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Case } from '../../suite/case.ts';
import { equalBytes, rejectsWithCode } from '../../suite/expect.ts';
import { within } from '../../suite/wait.ts';
import type { ObjectStoreContext } from '../context.ts';
import type { ObjectStoreSuiteOptions } from '../options.ts';
import { badKeys } from './bad-keys.ts';

const large = 3 * 1024 * 1024 + 17;
/** What a store must be able to take: `largestObject` of `@aiflow/snapshot`. */
const largest = 32 * 1024 * 1024;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

export const objectCases: readonly Case<ObjectStoreSuiteOptions, ObjectStoreContext>[] = [
  {
    name: 'an object comes back byte for byte, also an empty and a large one, and from another process',
    run: async (context) => {
      const other = await context.reopen();
      for (const [key, size] of Object.entries({
        'objects/empty': 0,
        'objects/one': 1,
        'objects/ab/large.bin': large,
      })) {
        const bytes = new Uint8Array(randomBytes(size));
        await context.store.put(key, bytes);
        equalBytes(await context.read(key), bytes);
        equalBytes(await context.read(key, other), bytes);
      }
    },
  },
  {
    name: 'an object of the largest size comes back byte for byte',
    run: async (context) => {
      const bytes = new Uint8Array(randomBytes(largest));
      await context.store.put('packs/largest', bytes);
      assert.equal((await context.store.head('packs/largest'))?.size, largest);
      equalBytes(await context.read('packs/largest'), bytes);
    },
  },
  {
    name: 'an object is what was put, whatever a caller then does to the bytes that it gave or got',
    run: async (context) => {
      const bytes = text('as it was put');
      await context.store.put('kept', bytes);
      bytes.fill(0);
      const got = await context.read('kept');
      equalBytes(got, text('as it was put'));
      got?.fill(0);
      equalBytes(await context.read('kept'), text('as it was put'));
    },
  },
  {
    name: 'an object comes back byte for byte also where memory for it is given, as much as it needs or less',
    run: async ({ store }) => {
      const bytes = new Uint8Array(randomBytes(large));
      await store.put('packs/given', bytes);
      for (const room of [large + 5, large, large - 1, 0]) {
        const into = new Uint8Array(new SharedArrayBuffer(room));
        equalBytes(await store.get('packs/given', { into }), bytes);
      }
      assert.equal(await store.get('packs/missing', { into: new Uint8Array(10) }), null);
    },
  },
  {
    name: 'takes every character that a key may have, and a key of 512 of them',
    run: async (context) => {
      const long = Array.from({ length: 8 }, (_, index) => String(index).repeat(63)).join('/');
      const keys = ['-', '_', '0', 'A-b_c.d/e..f/g-', 'UPPER/lower_1.json', `${long}x`.padEnd(512, 'y')];
      for (const key of keys) await context.store.put(key, text(key));
      for (const key of keys) equalBytes(await context.read(key), text(key));
      assert.deepEqual(await context.keys(''), [...keys].sort());
    },
  },
  {
    name: 'get and head give null for an object that does not exist',
    run: async ({ store }) => {
      assert.equal(await store.get('no/such-object'), null);
      assert.equal(await store.head('no/such-object'), null);
    },
  },
  {
    name: 'head gives the key, the size and the time of an object',
    run: async ({ store }) => {
      await store.put('a/b', text('twelve bytes'));
      const facts = await store.head('a/b');
      assert.deepEqual({ key: facts?.key, size: facts?.size }, { key: 'a/b', size: 12 });
      // The store's clock may differ from ours, by no more than makes it a date of these years.
      assert.ok((facts?.modifiedTime ?? 0) > Date.UTC(2020, 0), 'modifiedTime is in milliseconds since 1970');
    },
  },
  {
    name: 'a key that is taken is replaced, and who reads meanwhile gets the old object or the new one, whole',
    run: async (context) => {
      const versions = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(256 * 1024));
      await context.store.put('replaced', text(versions[0] ?? ''));
      const reader = await context.reopen();
      const writing = { now: true };
      const writes = (async () => {
        for (const version of versions) await context.store.put('replaced', text(version));
      })().finally(() => {
        writing.now = false;
      });
      writes.catch(() => undefined); // looked at below, unless a read fails first
      while (writing.now) {
        const read = new TextDecoder().decode((await context.read('replaced', reader)) ?? undefined);
        assert.ok(versions.includes(read), `a reader got ${read.length} bytes that were never put together`);
        await new Promise((resolve) => setImmediate(resolve)); // a store in memory must get its turn
      }
      await writes;
      equalBytes(await context.read('replaced'), text(versions.at(-1) ?? ''));
    },
  },
  {
    name: 'a key that is put several times at the same time holds one of the bodies, whole',
    run: async (context) => {
      const bodies = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000));
      await Promise.all(bodies.map(async (body) => await context.store.put('raced', text(body))));
      const read = new TextDecoder().decode((await context.read('raced')) ?? undefined);
      assert.ok(bodies.includes(read));
      assert.deepEqual(await context.keys(''), ['raced']);
    },
  },
  {
    name: 'a call whose signal is aborted throws the reason, and a put then shows nothing',
    run: async (context) => {
      const reason = new Error('no longer wanted');
      const signal = AbortSignal.abort(reason);
      const { store } = context;
      const rejects = async (what: string, call: Promise<unknown>): Promise<void> => {
        await within(
          what,
          assert.rejects(call, (thrown) => thrown === reason),
          context.patience,
        );
      };
      await rejects('put', store.put('aborted', text('x'), { signal }));
      await rejects('get', store.get('aborted', { signal }));
      await rejects('head', store.head('aborted', { signal }));
      await rejects('list', listAll(store.list('', { signal })));
      await rejects('delete', store.delete('aborted', { signal }));
      if (store.flush !== undefined) await rejects('flush', store.flush({ signal }));
      if (store.getRange !== undefined)
        await rejects('getRange', store.getRange('aborted', { start: 0, end: 1 }, { signal }));
      if (store.requestFor !== undefined)
        await rejects('requestFor', store.requestFor('aborted', { signal }));
      if (store.putIfAbsent !== undefined)
        await rejects('putIfAbsent', store.putIfAbsent('aborted', text('x'), { signal }));
      if (store.deleteMany !== undefined)
        await rejects('deleteMany', store.deleteMany(['aborted'], { signal }));
      assert.deepEqual(await context.keys(''), []);
    },
  },
  {
    name: 'a put that is aborted on the way shows all of the object or nothing',
    run: async (context) => {
      const bytes = new Uint8Array(randomBytes(large));
      const reason = new Error('no longer wanted');
      for (const delay of [0, 1, 3, 10]) {
        const aborting = new AbortController();
        const put = context.store.put(`aborted/${delay}`, bytes, { signal: aborting.signal });
        // One that was quicker than the signal has stored it.
        const ended = put.catch((error: unknown) => assert.equal(error, reason));
        await new Promise((resolve) => setTimeout(resolve, delay));
        aborting.abort(reason);
        await within('the end of an aborted put', ended, context.patience);
        const read = await context.read(`aborted/${delay}`);
        if (read !== null) equalBytes(read, bytes);
      }
    },
  },
  {
    name: 'delete removes an object, and does nothing when there is none',
    run: async (context) => {
      await context.store.put('deleted/a', text('a'));
      await context.store.put('deleted/b', text('b'));
      await context.store.delete('deleted/a');
      await context.store.delete('deleted/a');
      assert.equal(await context.store.head('deleted/a'), null);
      assert.ok((await context.read('deleted/a')) === null);
      assert.deepEqual(await context.keys('deleted/'), ['deleted/b']);
    },
  },
  {
    name: 'refuses a key that is no plain relative path with path.outside',
    run: async (context) => {
      const { store } = context;
      for (const key of badKeys) {
        await rejectsWithCode(async () => await store.put(key, text('x')), 'path.outside');
        await rejectsWithCode(async () => await store.get(key), 'path.outside');
        await rejectsWithCode(async () => await store.head(key), 'path.outside');
        await rejectsWithCode(async () => await store.delete(key), 'path.outside');
      }
      assert.deepEqual(await context.keys(''), []);
    },
  },
];

async function listAll(listing: AsyncIterable<unknown>): Promise<void> {
  for await (const each of listing) void each;
}
