import type { OssServer } from '@aiflow-private/oss-server';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { optionsFor, owner, startServer, temporary } from './bucket.ts';
import { openStore } from './hosts.ts';

let server: OssServer;
beforeAll(async () => {
  server = await startServer();
});
afterEach(() => {
  server.requests.length = 0;
  server.buckets.get('shelf')?.objects.clear();
});
afterAll(async () => await server.close());

it.each([
  ['the root of the bucket', undefined],
  ['a root whose name must be encoded', '工作流/a b+c&d'],
])('%s holds objects as any other does', async (_what, root_directory) => {
  for (const [signature_version, account] of [
    ['v1', owner],
    ['v4', owner],
    ['v4', temporary],
  ] as const) {
    const { store } = openStore(server, {
      ...optionsFor(server, account),
      root_directory,
      signature_version,
    });
    await store.put('a/b', new Uint8Array(3));
    await store.put('c', new Uint8Array(9 * 1024 * 1024));
    const keys = [];
    for await (const { key, size } of store.list('')) keys.push([key, size]);
    expect(keys).toEqual([
      ['a/b', 3],
      ['c', 9 * 1024 * 1024],
    ]);
    expect(await store.get('a/b')).toHaveLength(3);
    await store.deleteMany(['a/b', 'c', 'none']);
    expect(await store.head('c')).toBeNull();
  }
});

it('what lies beside the objects is not listed: folders of the console, names that are no keys, other roots', async () => {
  const whole = openStore(server).store;
  const { store } = openStore(server, { root_directory: 'flows' });
  await whole.put('flowsabc', new Uint8Array(1));
  await whole.put('other/a', new Uint8Array(1));
  await store.put('a', new Uint8Array(1));
  const objects = server.buckets.get('shelf')?.objects;
  const folder = objects?.get('other/a');
  if (folder !== undefined)
    for (const name of ['flows/', 'flows/sub/', 'flows/.hidden']) objects?.set(name, folder);
  const keys = [];
  for await (const { key } of store.list('')) keys.push(key);
  expect(keys).toEqual(['a']);
});

it('a range that reaches behind the end is asked for in the way that OSS answers with the part alone', async () => {
  const { store } = openStore(server);
  await store.put('a', new Uint8Array(10));
  expect(await store.getRange('a', { start: 8, end: 20 })).toHaveLength(2);
  expect(server.requests.at(-1)?.headers).toMatchObject({
    range: 'bytes=8-19',
    'x-oss-range-behavior': 'standard',
  });
});

it('the signature is v4 where the region is known, and v1 where it is not', async () => {
  const { store } = openStore(server);
  await store.head('a');
  expect(server.requests.map(({ headers }) => headers['authorization']?.split(' ')[0])).toEqual([
    'OSS4-HMAC-SHA256',
  ]);
  const strict = await startServer({ versions: ['v4'] });
  try {
    await openStore(strict).store.put('a', new Uint8Array(1));
    await expect(openStore(strict, { signature_version: 'v1' }).store.head('a')).rejects.toMatchObject({
      code: 'blob.store_failed',
      context: { ossCode: 'InvalidArgument' },
    });
  } finally {
    await strict.close();
  }
});
