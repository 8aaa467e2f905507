import type { OssRequest, OssServer } from '@aiflow-private/oss-server';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startServer } from './bucket.ts';
import { openStore } from './hosts.ts';

const mebibyte = 1024 * 1024;
const body = (size: number, seed: number): Uint8Array => new Uint8Array(size).map((_, index) => index * seed);
const isPart = ({ method, parameters }: OssRequest): boolean =>
  method === 'PUT' && parameters.has('partNumber');
const isLast = ({ method, parameters }: OssRequest): boolean =>
  method === 'POST' && parameters.has('uploadId');

let server: OssServer;
beforeAll(async () => {
  server = await startServer();
});
afterEach(() => {
  server.troubles.clear();
  server.requests.length = 0;
  server.buckets.get('shelf')?.objects.clear();
});
afterAll(async () => await server.close());

const stored = (key: string): Buffer | undefined => server.buckets.get('shelf')?.objects.get(key)?.bytes;
const uploads = (): number => server.buckets.get('shelf')?.uploads.size ?? 0;

it('up to 8 MiB an object is one request, and above it parts of 4 MiB', async () => {
  const { store } = openStore(server);
  await store.put('small', body(8 * mebibyte, 3));
  expect(server.requests).toHaveLength(1);
  await store.put('large', body(8 * mebibyte + 1, 5));
  expect(server.requests.filter(isPart).map((request) => request.body.length)).toEqual(
    expect.arrayContaining([4 * mebibyte, 4 * mebibyte, 1]),
  );
  expect(stored('large')?.equals(body(8 * mebibyte + 1, 5))).toBe(true);
});

it('parts are sent side by side', async () => {
  const { store } = openStore(server, { timeout_seconds: 20 });
  const together = Promise.withResolvers<void>();
  let came = 0;
  const when = (request: OssRequest): boolean => {
    if (isPart(request)) came += 1;
    if (came === 4) together.resolve();
    return isPart(request);
  };
  server.troubles.add({ kind: 'wait', until: together.promise }, { times: Infinity, when });
  await store.put('large', body(32 * mebibyte, 7));
  expect(stored('large')?.equals(body(32 * mebibyte, 7))).toBe(true);
});

it('a part that fails for ever ends the others, and nothing of the object is seen or kept', async () => {
  const { store, warnings } = openStore(server, { max_attempts: 2 });
  await store.put('large', new Uint8Array(3));
  const isSecond = (request: OssRequest): boolean =>
    isPart(request) && request.parameters.get('partNumber') === '2';
  server.troubles.add({ kind: 'answer', status: 500 }, { times: Infinity, when: isSecond });
  await expect(store.put('large', body(32 * mebibyte, 7))).rejects.toMatchObject({
    code: 'blob.unavailable',
  });
  expect([stored('large')?.length, uploads(), warnings]).toEqual([3, 0, []]);
});

it('a part that may not be sent ends those that OSS does not answer', async () => {
  const { store } = openStore(server);
  const isThird = (request: OssRequest): boolean =>
    isPart(request) && request.parameters.get('partNumber') === '3';
  server.troubles.add({ kind: 'answer', status: 403, code: 'AccessDenied' }, { when: isThird });
  server.troubles.add({ kind: 'hang' }, { times: Infinity, when: isPart });
  await expect(store.put('large', body(12 * mebibyte, 7))).rejects.toMatchObject({ code: 'blob.forbidden' });
  expect([stored('large'), uploads()]).toEqual([undefined, 0]);
});

it('an abort in the middle leaves no part in OSS', async () => {
  const { store } = openStore(server);
  const aborting = new AbortController();
  const reason = new Error('no longer wanted');
  server.troubles.add(
    { kind: 'hang' },
    { when: (request) => isPart(request) && (aborting.abort(reason), true) },
  );
  await expect(store.put('large', body(12 * mebibyte, 7), { signal: aborting.signal })).rejects.toBe(reason);
  expect([stored('large'), uploads()]).toEqual([undefined, 0]);
});

it('an abort ends a call in a few seconds also when OSS answers nothing any more', async () => {
  const { store, warnings } = openStore(server);
  const aborting = new AbortController();
  const reason = new Error('no longer wanted');
  const when = (request: OssRequest): boolean => {
    if (isPart(request)) aborting.abort(reason);
    return isPart(request) || request.method === 'DELETE';
  };
  server.troubles.add({ kind: 'hang' }, { times: Infinity, when });
  await expect(store.put('large', body(12 * mebibyte, 7), { signal: aborting.signal })).rejects.toBe(reason);
  // Without a limit of its own, removing the parts would take a timeout of 60 s for each of 6 tries.
  expect(warnings).toEqual([expect.stringContaining('lifecycle rule')]);
  server.buckets.get('shelf')?.uploads.clear();
});

it('parts that cannot be removed are told of, and the error is that of the upload', async () => {
  const { store, warnings } = openStore(server, { max_attempts: 1 });
  server.troubles.add({ kind: 'answer', status: 403, code: 'AccessDenied' }, { when: isLast });
  server.troubles.add({ kind: 'answer', status: 500 }, { when: ({ method }) => method === 'DELETE' });
  await expect(store.put('large', body(9 * mebibyte, 7))).rejects.toMatchObject({ code: 'blob.forbidden' });
  expect(warnings).toEqual([expect.stringContaining('lifecycle rule')]);
  server.buckets.get('shelf')?.uploads.clear();
});

it('a lost answer to the last call of an upload is no failure: the object is there, and ours', async () => {
  const { store } = openStore(server);
  server.troubles.add({ kind: 'cutAfter' }, { when: isLast });
  await store.put('large', body(9 * mebibyte, 7));
  expect(stored('large')?.length).toBe(9 * mebibyte);
  server.troubles.add({ kind: 'cutAfter' }, { when: isLast });
  expect(await store.putIfAbsent('another', body(9 * mebibyte, 7))).toBe(true);
});

it('putIfAbsent whose answer was lost knows its own object, and one that another was quicker with', async () => {
  const { store } = openStore(server);
  server.troubles.add({ kind: 'cutAfter' });
  expect(await store.putIfAbsent('a', new Uint8Array(3))).toBe(true);
  server.troubles.add({ kind: 'cut' });
  expect(await store.putIfAbsent('a', new Uint8Array(3))).toBe(false);
  expect(await store.putIfAbsent('a', body(9 * mebibyte, 7))).toBe(false);
  expect([stored('a')?.length, uploads()]).toEqual([3, 0]);
});
