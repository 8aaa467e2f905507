import type { Account, OssServer, TroubleKind } from '@aiflow-private/oss-server';
import { makeObject } from '@aiflow-private/oss-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OssBlobManagerOptions } from '../src/options.ts';
import { guest, startServer, stranger, temporary } from './bucket.ts';
import { openStore } from './hosts.ts';

const containing = (words: string): unknown => expect.stringContaining(words);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const large = new Uint8Array(9 * 1024 * 1024).map((_, index) => index * 31);

let server: OssServer;
beforeAll(async () => {
  server = await startServer();
});
afterEach(() => {
  server.troubles.clear();
  server.requests.length = 0;
  server.buckets.get('shelf')?.objects.clear();
  server.buckets.get('shelf')?.uploads.clear();
});
afterAll(async () => await server.close());

const stored = (): string[] => [...(server.buckets.get('shelf')?.objects.keys() ?? [])];
const uploads = (): number => server.buckets.get('shelf')?.uploads.size ?? 0;
/** An upload whose beginning was never answered stays there empty, which costs nothing. */
const parts = (): number =>
  [...(server.buckets.get('shelf')?.uploads.values() ?? [])].reduce(
    (sum, upload) => sum + upload.parts.size,
    0,
  );

describe('what does not pass is told at once', () => {
  it.each<[string, string, Partial<OssBlobManagerOptions>]>([
    ['blob.unauthorized', 'SignatureDoesNotMatch', { access_key_secret: 'wrong' }],
    ['blob.unauthorized', 'InvalidAccessKeyId', { access_key_id: 'LTAI-nobody' }],
    ['blob.unauthorized', 'InvalidSecurityToken', { ...ofAccount(temporary), security_token: 'old' }],
    ['blob.forbidden', 'AccessDenied', ofAccount(stranger)],
    ['blob.no_bucket', 'NoSuchBucket', { bucket: 'no-such-bucket' }],
  ])('%s (%s), whatever the call', async (code, ossCode, options) => {
    const { store, pauses } = openStore(server, options);
    const { bucket = 'shelf' } = options;
    const calls: [string, Promise<unknown>][] = [
      ['write', store.put('a/b', text('x'))],
      ['write', store.put('a/b', large)],
      ['write', store.putIfAbsent('a/b', text('x'))],
      ['read', store.get('a/b')],
      ['read', store.getRange('a/b', { start: 0, end: 1 })],
      ['look at', store.head('a/b')],
      ['delete', store.delete('a/b')],
      ['delete', store.deleteMany(['a/b'])],
    ];
    for (const [action, call] of calls) {
      const host = new URL(server.endpoint).host;
      await expect(call).rejects.toMatchObject({
        code,
        message: matching(new RegExp(`${action} "a/b" in the bucket "${bucket}" at ${host}.*${ossCode}`)),
        context: { bucket, key: 'a/b', host, action, ossCode, tries: 1, location: `oss://${bucket}` },
      });
    }
    await expect(listAll(store.list('a/'))).rejects.toMatchObject({
      code,
      context: { action: 'list', ossCode },
    });
    expect([pauses, stored(), uploads()]).toEqual([[], [], 0]);
  });

  function ofAccount({ accessKeyId, securityToken }: Account): Partial<OssBlobManagerOptions> {
    return { access_key_id: accessKeyId, security_token: securityToken };
  }

  it('blob.forbidden for what this key may not do, while what it may do is done', async () => {
    await openStore(server).store.put('a', text('words'));
    const { store } = openStore(server, { access_key_id: guest.accessKeyId });
    expect(new TextDecoder().decode((await store.get('a')) ?? undefined)).toBe('words');
    await expect(store.put('a', text('others'))).rejects.toMatchObject({ code: 'blob.forbidden' });
    await expect(store.delete('a')).rejects.toMatchObject({ code: 'blob.forbidden' });
  });

  it('blob.unauthorized when the clock of this machine is wrong, saying so', async () => {
    const late = await startServer({ now: () => Date.now() - 20 * 60_000 });
    try {
      await expect(openStore(late).store.get('a')).rejects.toMatchObject({
        code: 'blob.unauthorized',
        message: containing('set the clock'),
        context: { ossCode: 'RequestTimeTooSkewed' },
      });
    } finally {
      await late.close();
    }
  });

  it('blob.store_failed for what nobody foresaw, with the words of OSS on one line', async () => {
    server.troubles.add({ kind: 'answer', status: 400, code: 'OddArgument', message: 'first\nsecond' });
    await expect(openStore(server).store.put('a', text('x'))).rejects.toMatchObject({
      code: 'blob.store_failed',
      message: containing('(OddArgument: first second)'),
    });
  });
});

describe('what may pass is tried again, with an end', () => {
  const passing: [string, TroubleKind][] = [
    ['500', { kind: 'answer', status: 500 }],
    ['503', { kind: 'answer', status: 503, code: 'ServiceUnavailable' }],
    ['429', { kind: 'answer', status: 429, code: 'TooManyRequests' }],
    ['a connection that is cut', { kind: 'cut' }],
    ['a connection that is cut when all was done', { kind: 'cutAfter' }],
    ['a connection that is cut in the middle of the answer', { kind: 'cutMiddle' }],
    ['a request that is damaged on the way', { kind: 'damageRequest' }],
  ];

  it.each(passing)('%s, twice', async (_what, trouble) => {
    const { store, pauses } = openStore(server);
    const twice = (): void => server.troubles.add(trouble, { times: 2 });
    twice();
    await store.put('a', text('words'));
    twice();
    expect(new TextDecoder().decode((await store.get('a')) ?? undefined)).toBe('words');
    twice();
    expect(await store.getRange('a', { start: 1, end: 3 })).toHaveLength(2);
    twice();
    expect((await store.head('a'))?.size).toBe(5);
    twice();
    expect(await listAll(store.list(''))).toEqual(['a']);
    twice();
    await store.put('large', large);
    twice();
    expect(Buffer.from((await store.get('large')) ?? []).equals(large)).toBe(true);
    twice();
    await store.deleteMany(['a', 'large']);
    twice();
    await store.delete('a');
    expect([stored(), parts()]).toEqual([[], 0]);
    expect(pauses.length).toBeGreaterThanOrEqual(8); // a HEAD has no body to cut or to damage
  });

  it.each(passing)(
    '%s, for ever: after the last attempt the error tells of the last',
    async (what, trouble) => {
      const { store, pauses } = openStore(server, { max_attempts: 4 });
      server.troubles.add(trouble, {
        times: Infinity,
        when: ({ method }) => method === 'PUT' || method === 'GET',
      });
      const isWrite = trouble.kind !== 'cutMiddle'; // the answer to a put has no body
      const call = isWrite ? store.put('a', text('words')) : listAll(store.list(''));
      await expect(call).rejects.toMatchObject({
        code: what.includes('damaged') ? 'blob.corrupt' : 'blob.unavailable',
        message: containing('in 4 tries'),
        context: { tries: 4, bucket: 'shelf' },
      });
      expect(server.requests).toHaveLength(4);
      expect(pauses).toHaveLength(3);
      for (const [index, pause] of pauses.entries()) {
        expect(pause).toBeGreaterThanOrEqual(100 * 2 ** index); // 200, 400, 800 and up to half of it less
        expect(pause).toBeLessThanOrEqual(200 * 2 ** index);
      }
    },
  );

  it('a server that does not answer: the connection is cut after the timeout', async () => {
    const { store } = openStore(server, { max_attempts: 2, timeout_seconds: 0.2 });
    server.troubles.add({ kind: 'hang' }, { times: 1 });
    await store.put('a', text('x'));
    server.troubles.add({ kind: 'hang' }, { times: Infinity });
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'blob.unavailable',
      message: containing('no whole answer came within 0.2 s'),
      context: { tries: 2, ossCode: 'ETIMEDOUT' },
    });
  });

  it('a server that answers byte by byte: the connection is cut after ten times the timeout', async () => {
    const { store } = openStore(server, { max_attempts: 1, timeout_seconds: 0.2 });
    await store.put('a', new Uint8Array(100_000));
    server.troubles.add({ kind: 'drip', every: 20 });
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'blob.unavailable',
      message: containing('no whole answer came within 2 s'),
    });
  });

  it('nobody at that address: blob.unavailable', async () => {
    const gone = await startServer();
    const { store } = openStore(gone, { max_attempts: 2 });
    await gone.close();
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'blob.unavailable',
      context: { tries: 2, ossCode: 'ECONNREFUSED' },
    });
  });

  it('a name that is not known: the bucket is part of it, unless the domain stands for the bucket', async () => {
    for (const [cname, name] of [
      [false, 'shelf.files.invalid'],
      [true, 'files.invalid'],
    ] as const) {
      const { store } = openStore(server, { endpoint: 'files.invalid', cname, max_attempts: 1 });
      await expect(store.get('a')).rejects.toMatchObject({
        code: 'blob.unavailable',
        message: matching(new RegExp(`getaddrinfo \\S+ ${name}`)),
      });
    }
  });

  it('an endpoint is spoken to over TLS unless it begins with http://', async () => {
    const { store } = openStore(server, { endpoint: new URL(server.endpoint).host });
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'blob.unavailable',
      context: { ossCode: 'EPROTO', tries: 1 },
    });
  });

  it('an abort ends a call that hangs, and one that pauses, with its reason', async () => {
    const { store } = openStore(server);
    for (const trouble of [{ kind: 'hang' }, { kind: 'answer', status: 503 }] as const) {
      server.troubles.clear();
      const aborting = new AbortController();
      const reason = new Error('no longer wanted');
      const when = (): boolean => {
        setImmediate(() => aborting.abort(reason));
        return true;
      };
      server.troubles.add(trouble, { times: Infinity, when });
      await expect(store.put('a', text('x'), { signal: aborting.signal })).rejects.toBe(reason);
    }
    expect(stored()).toEqual([]);
  });
});

describe('what is read is what was written', () => {
  it('a body that does not match its hash is read again, and then blob.corrupt', async () => {
    const { store } = openStore(server, { max_attempts: 3 });
    await store.put('a', text('words'));
    server.troubles.add({ kind: 'damage' }, { times: 2 });
    expect(new TextDecoder().decode((await store.get('a')) ?? undefined)).toBe('words');
    server.troubles.add({ kind: 'damage' }, { times: Infinity });
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'blob.corrupt',
      message: matching(/read "a" in the bucket "shelf" .* in 3 tries.*CRC-64/),
      context: { key: 'a', bucket: 'shelf' },
    });
  });

  it('an object that is larger than any of ours is not read to its end', async () => {
    const { store } = openStore(server);
    const whole = makeObject(Buffer.alloc(33 * 1024 * 1024), {}, Date.now());
    server.buckets.get('shelf')?.objects.set('a', whole);
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'blob.store_failed',
      message: containing('more than 33554432 bytes'),
      context: { tries: 1 },
    });
  });

  it('objects that OSS says nothing of were not deleted: they are deleted again, and told of at the end', async () => {
    const { store } = openStore(server, { max_attempts: 3 });
    const silent = { kind: 'answer', status: 200 } as const;
    await store.put('a', text('words'));
    server.troubles.add(silent, { times: 2 });
    await store.deleteMany(['a']);
    expect(stored()).toEqual([]);
    server.troubles.add(silent, { times: Infinity });
    await expect(store.deleteMany(['a', 'b'])).rejects.toMatchObject({
      code: 'blob.unavailable',
      message: containing('OSS did not delete 2 of 2 objects'),
    });
  });

  it('a list that is damaged so that it cannot be read is asked for again', async () => {
    const { store } = openStore(server);
    await store.put('a', text('words'));
    server.troubles.add({ kind: 'garble' }, { times: 2 });
    expect(await listAll(store.list(''))).toEqual(['a']);
  });
});

async function listAll(listing: AsyncIterable<{ readonly key: string }>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of listing) keys.push(key);
  return keys;
}
