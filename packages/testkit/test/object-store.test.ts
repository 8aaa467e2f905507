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
      put: async (key, bytes, options) => await good.put(key, bytes.slice(0, 1_000_000), options),
    }),
    fails: [
      'an object comes back byte for byte, also an empty and a large one, and from another process',
      'an object of the largest size comes back byte for byte',
      'an object comes back byte for byte also where memory for it is given, as much as it needs or less',
      'a put that is aborted on the way shows all of the object or nothing',
      'getRange, if there is one, gives just those bytes, and what lies behind the end is left out',
      'requestFor, if there is one, gives a request that is answered with the object, of any size',
    ],
  },
  {
    breaks: 'an object larger than one request is refused',
    mutate: (good) => ({
      put: async (key, bytes, options) => {
        if (bytes.length > 16_000_000) throw new Error('the request is too large');
        await good.put(key, bytes, options);
      },
    }),
    fails: ['an object of the largest size comes back byte for byte'],
  },
  {
    breaks: 'an unknown object is empty',
    mutate: (good) => ({
      get: async (key, options) => (await good.get(key, options)) ?? new Uint8Array(0),
    }),
    fails: [
      'an object comes back byte for byte also where memory for it is given, as much as it needs or less',
      'get and head give null for an object that does not exist',
      'delete removes an object, and does nothing when there is none',
    ],
  },
  {
    breaks: 'a reader gets the bytes that the store itself holds',
    mutate: (good) => {
      const given = new Map<string, Uint8Array>();
      return {
        get: async (key, options) => {
          const found = given.get(key) ?? (await good.get(key, options));
          if (found !== null && key === 'kept') given.set(key, found);
          return found;
        },
      };
    },
    fails: ['an object is what was put, whatever a caller then does to the bytes that it gave or got'],
  },
  {
    breaks: 'keys are one whatever their case',
    mutate: (good) => ({
      put: async (key, bytes, options) => await good.put(key.toLowerCase(), bytes, options),
      get: async (key, options) => await good.get(key.toLowerCase(), options),
    }),
    fails: ['takes every character that a key may have, and a key of 512 of them'],
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
        if (body.length > 100_000) {
          await good.put(key, body.slice(0, 50_000), options);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await good.put(key, body, options);
      },
    }),
    fails: [
      'a key that is taken is replaced, and who reads meanwhile gets the old object or the new one, whole',
      'a put that is aborted on the way shows all of the object or nothing',
    ],
  },
  {
    breaks: 'an aborted put leaves what it had sent',
    mutate: (good) => ({
      put: async (key, bytes, options = {}) => {
        options.signal?.throwIfAborted();
        for (let sent = 0; sent < 4 && bytes.length > 1_000_000; sent += 1) {
          await good.put(key, bytes.slice(0, 1_000));
          await new Promise((resolve) => setTimeout(resolve, 5));
          options.signal?.throwIfAborted();
        }
        await good.put(key, bytes, options);
      },
    }),
    fails: ['a put that is aborted on the way shows all of the object or nothing'],
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
    fails: [
      'a call whose signal is aborted throws the reason, and a put then shows nothing',
      'delete removes an object, and does nothing when there is none',
    ],
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
    breaks: 'a range ends one byte late',
    mutate: (good) => ({
      getRange: async (key, { start, end }, options) =>
        (await good.getRange?.(key, { start, end: end + 1 }, options)) ?? null,
    }),
    fails: ['getRange, if there is one, gives just those bytes, and what lies behind the end is left out'],
  },
  {
    breaks: 'a range behind the end gives the object',
    mutate: (good) => ({
      getRange: async (key, range, options) => {
        const found = (await good.getRange?.(key, range, options)) ?? null;
        return found?.length === 0 ? await good.get(key) : found;
      },
    }),
    fails: ['getRange, if there is one, gives just those bytes, and what lies behind the end is left out'],
  },
  {
    breaks: 'a request has no key',
    mutate: (good) => ({
      requestFor: async (_, options) => {
        const request = await good.requestFor?.('no/such-object', options);
        if (request === undefined) throw new Error('the reference has requests');
        return request;
      },
    }),
    fails: ['requestFor, if there is one, gives a request that is answered with the object, of any size'],
  },
  {
    breaks: 'an object is put although there is one',
    mutate: (good) => ({
      putIfAbsent: async (key, bytes, options) => {
        const isFree = (await good.putIfAbsent?.(key, bytes, options)) ?? false;
        if (!isFree) await good.put(key, bytes, options);
        return isFree;
      },
    }),
    fails: [
      'putIfAbsent, if there is one, stores only where there is nothing, and says which it was',
      'putIfAbsent, if there is one, is won by one of many, whose bytes stay',
    ],
  },
  {
    breaks: 'whether there is an object is asked before it is put',
    mutate: (good) => ({
      putIfAbsent: async (key, bytes, options) => {
        if ((await good.head(key, options)) !== null) return false;
        await good.put(key, bytes, options);
        return true;
      },
    }),
    fails: ['putIfAbsent, if there is one, is won by one of many, whose bytes stay'],
  },
  {
    breaks: 'one call removes a batch only',
    mutate: (good) => ({
      deleteMany: async (keys, options) => await good.deleteMany?.(keys.slice(0, 1_000), options),
    }),
    fails: ['deleteMany, if there is one, removes all that it is given, however many, and nothing else'],
  },
  {
    breaks: 'keys are removed before a bad one is found',
    mutate: (good) => ({
      deleteMany: async (keys, options) => {
        for (const key of keys) await good.delete(key, options);
      },
    }),
    fails: ['deleteMany, if there is one, removes all that it is given, however many, and nothing else'],
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
