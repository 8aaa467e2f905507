import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Case } from '../../suite/case.ts';
import { equalBytes, rejectsWithCode } from '../../suite/expect.ts';
import { within } from '../../suite/wait.ts';
import type { ObjectStoreContext } from '../context.ts';
import type { ObjectStoreSuiteOptions, RequestFacts } from '../options.ts';
import { badKeys } from './bad-keys.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
/** More than stores take in one call (1000 in S3 and OSS). */
const moreThanABatch = 1_005;

/** Of each optional method what it promises; a store without it passes. */
export const capabilityCases: readonly Case<ObjectStoreSuiteOptions, ObjectStoreContext>[] = [
  {
    name: 'flush, if there is one, resolves, and what was put before it is there',
    run: async (context) => {
      await context.store.put('flushed', new Uint8Array(5));
      await context.store.flush?.();
      await context.store.flush?.();
      assert.equal((await (await context.reopen()).head('flushed'))?.size, 5);
    },
  },
  {
    name: 'getRange, if there is one, gives just those bytes, and what lies behind the end is left out',
    run: async ({ store }) => {
      if (store.getRange === undefined) return;
      const bytes = new Uint8Array(randomBytes(3_000_000));
      await store.put('ranged', bytes);
      for (const [start, end] of [
        [0, 1],
        [0, 3_000_000],
        [7, 8],
        [1_000_000, 2_500_000],
        [2_999_999, 3_000_000],
        [2_999_990, 3_000_500],
      ] as const) {
        equalBytes(await store.getRange('ranged', { start, end }), bytes.subarray(start, end));
      }
      const behind = await store.getRange('ranged', { start: 3_000_000, end: 3_000_010 }).catch(() => null);
      assert.equal(behind?.length ?? 0, 0, 'there are no bytes behind the end');
      assert.equal(await store.getRange('no/such-object', { start: 0, end: 1 }), null);
      for (const key of badKeys) {
        await rejectsWithCode(async () => await store.getRange?.(key, { start: 0, end: 1 }), 'path.outside');
      }
    },
  },
  {
    name: 'requestFor, if there is one, gives a request that is answered with the object, of any size',
    run: async ({ store, patience }) => {
      const requestFor = store.requestFor?.bind(store);
      if (requestFor === undefined) return;
      for (const size of [0, 1, 3_000_000]) {
        const key = `requested/${size}`;
        const bytes = new Uint8Array(randomBytes(size));
        await store.put(key, bytes);
        const request: RequestFacts = await requestFor(key);
        assert.ok(request.silence > 0, 'it says for how long it is waited without a byte');
        const [first, second] = await within(
          'two answers',
          Promise.all([answerTo(request), answerTo(request)]),
          patience,
        );
        for (const answer of [first, second]) {
          assert.equal(answer.status, 200);
          equalBytes(answer.bytes, bytes);
        }
      }
      const gone = await answerTo(await requestFor('no/such-object'));
      assert.notEqual(gone.status, 200, 'an object that is not there is not answered with 200');
      for (const key of badKeys) {
        await rejectsWithCode(async () => await requestFor(key), 'path.outside');
      }
    },
  },
  {
    name: 'putIfAbsent, if there is one, stores only where there is nothing, and says which it was',
    run: async (context) => {
      const { store } = context;
      if (store.putIfAbsent === undefined) return;
      await store.put('taken', text('first'));
      assert.equal(await store.putIfAbsent('taken', text('second')), false);
      equalBytes(await context.read('taken'), text('first'));
      assert.equal(await store.putIfAbsent('free/empty', new Uint8Array(0)), true);
      assert.equal((await store.head('free/empty'))?.size, 0);
      await store.delete('taken');
      assert.equal(await store.putIfAbsent('taken', text('third')), true);
      equalBytes(await context.read('taken', await context.reopen()), text('third'));
      assert.deepEqual(await context.keys(''), ['free/empty', 'taken']);
      for (const key of badKeys) {
        await rejectsWithCode(async () => await store.putIfAbsent?.(key, text('x')), 'path.outside');
      }
    },
  },
  {
    name: 'putIfAbsent, if there is one, is won by one of many, whose bytes stay',
    run: async (context) => {
      const other = await context.reopen();
      if (context.store.putIfAbsent === undefined) return;
      for (let round = 0; round < 4; round += 1) {
        const bodies = Array.from({ length: 8 }, (_, index) => text(String(index).repeat(50_000)));
        const won = await Promise.all(
          bodies.map(
            async (body, index) =>
              await (index % 2 === 0 ? context.store : other).putIfAbsent?.(`raced/${round}`, body),
          ),
        );
        assert.equal(won.filter((each) => each === true).length, 1, 'one is told that it was the first');
        equalBytes(await context.read(`raced/${round}`), bodies[won.indexOf(true)] ?? text(''));
      }
    },
  },
  {
    name: 'deleteMany, if there is one, removes all that it is given, however many, and nothing else',
    run: async (context) => {
      const { store } = context;
      if (store.deleteMany === undefined) return;
      const keys = Array.from({ length: moreThanABatch }, (_, index) => `many/${index % 5}/${index}`);
      const rest = [...keys];
      const put = async (): Promise<void> => {
        for (let key = rest.pop(); key !== undefined; key = rest.pop())
          await store.put(key, new Uint8Array(1));
      };
      await Promise.all(Array.from({ length: 16 }, put));
      await store.put('many/kept', text('kept'));
      for (const key of badKeys) {
        await rejectsWithCode(async () => await store.deleteMany?.(['many/kept', key]), 'path.outside');
      }
      await store.deleteMany([]);
      await store.deleteMany(['no/such-object', ...keys]);
      assert.deepEqual(await context.keys(''), ['many/kept']);
      await store.deleteMany(keys); // a second time is harmless
    },
  },
];

/** What comes when the request is made as it is. */
async function answerTo({
  url,
  headers,
  ca,
  rejectUnauthorized = true,
}: RequestFacts): Promise<{ readonly status: number; readonly bytes: Uint8Array }> {
  return await new Promise((resolve, reject) => {
    const asking = url.startsWith('https:')
      ? getHttps(url, { headers, rejectUnauthorized, ...(ca !== undefined && { ca }) })
      : getHttp(url, { headers });
    asking.on('error', reject);
    asking.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      buffer(answer).then((bytes) => resolve({ status, bytes: new Uint8Array(bytes) }), reject);
    });
  });
}
