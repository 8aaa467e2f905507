import assert from 'node:assert/strict';
import type { Case } from '../../suite/case.ts';
import { rejectsWithCode } from '../../suite/expect.ts';
import type { ObjectStoreContext } from '../context.ts';
import type { ObjectStoreSuiteOptions } from '../options.ts';

/** More than stores give in one page (1000 in S3, OSS and Azure). */
const moreThanAPage = 1_005;

export const listingCases: readonly Case<ObjectStoreSuiteOptions, ObjectStoreContext>[] = [
  {
    name: 'list gives every object below a prefix at any depth, and none of a neighbour with a longer name',
    run: async (context) => {
      for (const key of ['ab/one', 'ab/c/two', 'ab/c/d/three', 'abc/four', 'z']) {
        await context.store.put(key, new Uint8Array(key.length));
      }
      assert.deepEqual(await context.keys('ab/'), ['ab/c/d/three', 'ab/c/two', 'ab/one']);
      assert.deepEqual(await context.keys('ab/c/'), ['ab/c/d/three', 'ab/c/two']);
      assert.deepEqual(await context.keys(''), ['ab/c/d/three', 'ab/c/two', 'ab/one', 'abc/four', 'z']);
      assert.deepEqual(await context.keys('nothing/here/'), []);
      for await (const facts of context.store.list('ab/')) {
        assert.equal(facts.size, facts.key.length);
        assert.equal((await context.store.head(facts.key))?.modifiedTime, facts.modifiedTime);
      }
    },
  },
  {
    name: 'list of an empty store gives nothing',
    run: async (context) => {
      assert.deepEqual(await context.keys(''), []);
    },
  },
  {
    name: 'list gives more objects than fit on one page, each once, also to another process',
    run: async (context) => {
      const keys = Array.from(
        { length: moreThanAPage },
        (_, index) => `many/${index % 7}/${String(index).padStart(5, '0')}`,
      );
      const rest = [...keys];
      const put = async (): Promise<void> => {
        for (let key = rest.pop(); key !== undefined; key = rest.pop())
          await context.store.put(key, new Uint8Array(1));
      };
      await Promise.all(Array.from({ length: 16 }, put));
      assert.deepEqual(await context.keys('many/'), keys.sort());
      assert.deepEqual(await context.keys('', await context.reopen()), keys);
    },
  },
  {
    name: 'refuses a prefix that is not empty and does not end with "/", or that leads out, with path.outside',
    run: async (context) => {
      await context.store.put('a/b', new Uint8Array(1));
      for (const prefix of ['a', '/', '../', 'a/../', '.hidden/', 'a//', 'a\\']) {
        await rejectsWithCode(async () => await context.keys(prefix), 'path.outside');
      }
    },
  },
  {
    name: 'the location is the same each time the store is opened, and does not end with "/"',
    run: async (context) => {
      const { location } = context.store;
      assert.match(location, /^[a-z][a-z0-9+.-]*:.*[^/]$/, 'a location is a uri without a "/" at its end');
      assert.equal((await context.reopen()).location, location);
    },
  },
];
