import { describe, expect, it } from 'vitest';
import type { ObjectStoreUnderTest, TestRunner } from '../src/index.ts';
import { objectStoreSuite } from '../src/index.ts';
import { failuresOf } from './collect.ts';
import { openReferenceStore } from './reference/object-store.ts';

type Mutate = (good: ObjectStoreUnderTest, name: string) => Partial<ObjectStoreUnderTest>;

function suite(mutate: Mutate = () => ({})): (runner: TestRunner) => void {
  return (runner) => {
    objectStoreSuite({
      ...runner,
      name: 'reference',
      open: ({ name }) => {
        const good = openReferenceStore(name);
        return { ...good, ...mutate(good, name) };
      },
    });
  };
}

const anyCase = 'refuses a key that is no plain relative path with path.outside';

/** A store with one promise broken, and the cases that must notice. */
const mutants: readonly {
  readonly breaks: string;
  readonly mutate: Mutate;
  readonly fails: readonly string[];
}[] = [
  {
    breaks: 'large objects lose their end',
    mutate: (good) => ({
      put: async (key, body, options) =>
        await good.put(key, body instanceof Uint8Array ? body.slice(0, 1_000_000) : body, options),
    }),
    fails: [
      'an object comes back byte for byte, also an empty and a large one, and from another process',
      'a reader may stop in the middle of an object',
    ],
  },
  {
    breaks: 'an unknown object is empty',
    mutate: (good) => ({
      get: async (key, options) => (await good.get(key, options)) ?? (async function* () {})(),
    }),
    fails: [
      'get and head give null for an object that does not exist',
      'a put whose source turns out wrong fails with what the source threw, and shows nothing',
      'delete removes an object, and does nothing when there is none',
    ],
  },
  {
    breaks: 'times are in seconds',
    mutate: (good) => ({
      head: async (key, options) => {
        const found = await good.head(key, options);
        return found === null ? null : { ...found, modifiedTime: Math.floor(found.modifiedTime / 1000) };
      },
      list: async function* (prefix, options) {
        for await (const found of good.list(prefix, options)) {
          yield { ...found, modifiedTime: Math.floor(found.modifiedTime / 1000) };
        }
      },
    }),
    fails: ['head gives the key, the size and the time of an object'],
  },
  {
    breaks: 'a put is visible while it is written',
    mutate: (good) => ({
      put: async (key, body, options) => {
        if (body instanceof Uint8Array && body.length > 100_000) {
          await good.put(key, body.slice(0, 50_000), options);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await good.put(key, body, options);
      },
    }),
    fails: [
      'a key that is taken is replaced, and who reads meanwhile gets the old object or the new one, whole',
    ],
  },
  {
    breaks: 'what was read of a bad source is kept',
    mutate: (good) => ({
      put: async (key, body, options) => {
        try {
          await good.put(key, body, options);
        } catch (error) {
          if (!(body instanceof Uint8Array)) await good.put(key, new Uint8Array(7));
          throw error;
        }
      },
    }),
    fails: [
      'a put whose source turns out wrong fails with what the source threw, and shows nothing',
      'a call whose signal is aborted throws the reason, and a put then shows nothing',
    ],
  },
  {
    breaks: 'a signal is not heard',
    mutate: (good) => ({ put: async (key, body) => await good.put(key, body) }),
    fails: ['a call whose signal is aborted throws the reason, and a put then shows nothing'],
  },
  {
    breaks: 'delete throws when there is nothing',
    mutate: (good) => ({
      delete: async (key, options) => {
        if ((await good.head(key)) === null) throw new Error('no such object');
        await good.delete(key, options);
      },
    }),
    fails: ['delete removes an object, and does nothing when there is none'],
  },
  {
    breaks: 'keys are taken as they come',
    mutate: (good) => ({
      head: async (key, options) => (key.startsWith('/') ? null : await good.head(key, options)),
    }),
    fails: [anyCase],
  },
  {
    breaks: 'a prefix is any beginning of a key',
    mutate: (good) => ({
      list: async function* (prefix, options) {
        if (prefix !== '' && !/^[a-z/]+\/$/.test(prefix)) {
          yield* good.list(prefix, options);
          return;
        }
        for await (const found of good.list('', options))
          if (found.key.startsWith(prefix.replace(/\/$/, ''))) yield found;
      },
    }),
    fails: [
      'list gives every object below a prefix at any depth, and none of a neighbour with a longer name',
      'refuses a prefix that is not empty and does not end with "/", or that leads out, with path.outside',
    ],
  },
  {
    breaks: 'list gives the first page only',
    mutate: (good) => ({
      list: async function* (prefix, options) {
        let count = 0;
        for await (const found of good.list(prefix, options)) if ((count += 1) <= 1000) yield found;
      },
    }),
    fails: ['list gives more objects than fit on one page, each once, also to another process'],
  },
  {
    breaks: 'the location is new each time',
    mutate: (good) => ({ location: `${good.location}-${Math.random()}` }),
    fails: ['the location is the same each time the store is opened, and does not end with "/"'],
  },
];

describe('the object store suite', () => {
  suite()({ describe, it });

  for (const { breaks, mutate, fails } of mutants) {
    it(`notices that ${breaks}`, async () => {
      expect((await failuresOf(suite(mutate))).map(({ name }) => name)).toEqual(fails);
    });
  }
});
