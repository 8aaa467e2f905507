import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HttpGet, ObjectStore } from '../src/index.ts';
import type { Made } from './bench.ts';
import { Bench } from './bench.ts';

/** As long as it takes that nothing comes. */
const silence = 300;
const proof = 'that I may';

let at: Bench;
let server: Server;
let made: Made;
let uri: string;
/** What the server does with a request for an object that it has. */
let answer: (response: ServerResponse, bytes: Uint8Array) => void;
let asked: string[];

beforeEach(async () => {
  at = new Bench();
  asked = [];
  answer = (response, bytes) => response.end(bytes);
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const key = request.url?.slice(1) ?? '';
    asked.push(key);
    const found = at.store.objects.get(key);
    if (found === undefined || request.headers['x-proof'] !== proof) response.writeHead(403).end();
    else answer(response, found.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Three packs of what does not compress, so that threads are worth it; small files in one, a large one in two.
  const project = await at.project(
    Object.fromEntries(Array.from({ length: 50 }, (_, count) => [`small/${count}`, `text ${count}`])),
  );
  writeFileSync(join(project.path, 'large'), randomBytes(9_000_000));
  made = await at.snapshot(project.path);
  uri = await at.upload(made);
  at.store.takeCalls();
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await at.dispose();
});

/** The store, whose objects may be asked of the server too. */
function storeWith(requestFor: (key: string) => HttpGet): ObjectStore {
  const { store } = at;
  return {
    location: store.location,
    put: store.put.bind(store),
    get: store.get.bind(store),
    head: store.head.bind(store),
    list: store.list.bind(store),
    delete: store.delete.bind(store),
    requestFor: async (key) => requestFor(key),
  };
}

const requestOf = (key: string): HttpGet => ({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${key}`,
  headers: { 'x-proof': proof },
  silence,
});

/** Downloads, looks whether all is right, and gives which packs were read by `get`. */
async function download(requestFor: (key: string) => HttpGet = requestOf): Promise<string[]> {
  const blob = at.manager(at.fresh('cache'), { store: storeWith(requestFor) });
  const copy = await blob.downloadProject(made.snapshotId, uri);
  for (const { path } of made.manifest.entries)
    expect(readFileSync(join(copy, path)).equals(readFileSync(join(made.path, path))), path).toBe(true);
  return at.store.takeCalls().filter((call) => call.startsWith('get packs/'));
}

const packs = (): string[] => at.store.keys('packs/');

test('threads ask for the packs by themselves', async () => {
  expect(await download()).toEqual([]);
  expect(asked.toSorted()).toEqual(packs());
});

test.each<[string, () => void]>([
  ['refuses it', () => (answer = (response) => response.writeHead(403).end('not now'))],
  ['breaks off in the middle', () => (answer = breakOff)],
  ['gives fewer bytes', () => (answer = (response, bytes) => response.end(bytes.subarray(1)))],
  ['gives more bytes', () => (answer = (response, bytes) => response.end(Buffer.concat([bytes, bytes])))],
  ['falls silent', () => (answer = (response, bytes) => void response.write(bytes.subarray(0, 1000)))],
  ['sends elsewhere', () => (answer = (response) => response.writeHead(302, { location: '/' }).end())],
])('the store is asked where the server %s, for all that is left', async (_, be) => {
  be();
  const read = await download();
  expect(read.map((call) => call.replace('get ', '')).toSorted()).toEqual(packs());
});

test.each([
  ['there is no server', { url: 'http://127.0.0.1:1/' }],
  ['the url is none', { url: 'nowhere' }],
  ['a header cannot be sent', { headers: { 'x-proof': 'line\nbreak' } }],
])('the store is asked where %s', async (_, change) => {
  const read = await download((key) => ({ ...requestOf(key), ...change }));
  expect(read).toHaveLength(packs().length);
});

test('a pack that comes damaged is read once more, from the store', async () => {
  answer = (response, bytes) => response.end(damaged(bytes));
  const read = await download();
  expect(read.length).toBeGreaterThan(0);
});

test('a snapshot that is damaged in the store is not taken for right', async () => {
  for (const [key, { bytes, modifiedTime }] of at.store.objects)
    if (key.startsWith('packs/')) at.store.objects.set(key, { bytes: damaged(bytes), modifiedTime });
  await expect(download()).rejects.toMatchObject({ code: 'blob.corrupt' });
});

test('an abort ends it while the server is silent', async () => {
  answer = () => undefined;
  const store = storeWith((key) => ({ ...requestOf(key), silence: 60_000 }));
  const blob = at.manager(at.fresh('cache'), { store });
  const reason = new Error('enough');
  const aborting = new AbortController();
  setTimeout(() => aborting.abort(reason), 300);
  const began = performance.now();
  await expect(
    blob.downloadProject(made.snapshotId, uri, undefined, { signal: aborting.signal }),
  ).rejects.toBe(reason);
  expect(performance.now() - began).toBeLessThan(10_000);
});

/** The same number of bytes, one of them another. */
function damaged(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(100) ^ 1, 100);
  return copy;
}

function breakOff(response: ServerResponse, bytes: Uint8Array): void {
  response.writeHead(200, { 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}
