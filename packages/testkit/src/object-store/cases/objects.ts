import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Case } from '../../suite/case.ts';
import { equalBytes, rejectsWithCode } from '../../suite/expect.ts';
import { within } from '../../suite/wait.ts';
import type { ObjectStoreContext } from '../context.ts';
import type { ObjectStoreSuiteOptions } from '../options.ts';

const large = 3 * 1024 * 1024 + 17;
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
    name: 'an object that is put from a source comes back byte for byte',
    run: async (context) => {
      for (const size of [0, large]) {
        const bytes = new Uint8Array(randomBytes(size));
        await context.store.put(`from-source/${size}`, await context.source(bytes));
        equalBytes(await context.read(`from-source/${size}`), bytes);
      }
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
    name: 'a put whose source turns out wrong fails with what the source threw, and shows nothing',
    run: async (context) => {
      const fault = new Error('the bytes are not what they should be');
      const source = await context.source(new Uint8Array(randomBytes(large)), fault);
      await assert.rejects(context.store.put('bad/new', source), (thrown) => comesFrom(thrown, fault));
      assert.equal(await context.store.head('bad/new'), null);
      assert.ok((await context.read('bad/new')) === null);
      await context.store.put('bad/old', text('old'));
      await assert.rejects(context.store.put('bad/old', source));
      equalBytes(await context.read('bad/old'), text('old'));
      assert.deepEqual(await context.keys(''), ['bad/old']);
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
      const aborting = new AbortController();
      const source = await context.source(new Uint8Array(randomBytes(large)));
      const stream = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of source.stream()) {
          aborting.abort(reason);
          yield chunk;
        }
      };
      // A store that clones the file may have been quicker than the signal: then the object is there, whole.
      const put = store.put('aborted', { ...source, stream }, { signal: aborting.signal });
      await within(
        'put',
        put.catch((error: unknown) => assert.equal(error, reason)),
        context.patience,
      );
      const size = (await store.head('aborted'))?.size;
      assert.ok(size === undefined || size === large, `an aborted put shows ${size} of ${large} bytes`);
    },
  },
  {
    name: 'a reader may stop in the middle of an object',
    run: async (context) => {
      await context.store.put('half-read', new Uint8Array(large));
      const found = await context.store.get('half-read');
      assert.ok(found !== null);
      for await (const chunk of found) if (chunk.length > 0) break;
      assert.equal((await context.read('half-read'))?.length, large);
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

const badKeys: readonly string[] = [
  '',
  '/',
  '.',
  '..',
  '../sibling',
  'a/../b',
  'a/..',
  './a',
  '/absolute',
  'a//b',
  'a/',
  '.hidden',
  'a/.hidden',
  'a\\b',
  'a\0b',
  'a b',
  'a\nb',
  '%2e%2e/a',
  'ünicode',
  'a'.repeat(513),
];

async function listAll(listing: AsyncIterable<unknown>): Promise<void> {
  for await (const each of listing) void each;
}

/** Whether an error is `origin` or was caused by it. */
function comesFrom(thrown: unknown, origin: Error): boolean {
  for (let at = thrown; at instanceof Error; at = at.cause) if (at === origin) return true;
  return false;
}
