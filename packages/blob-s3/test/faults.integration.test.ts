import { randomBytes } from 'node:crypto';
import type { Fault, FaultProxy, ProxiedRequest, S3Server } from '@aiflow-private/engines';
import { freePort, startFaultProxy, startVersitygw, versitygw, whereEngine } from '@aiflow-private/engines';
import type { GetOptions } from '@aiflow/snapshot';
import type { TestHost } from '@aiflow/testkit';
import { createTestHost } from '@aiflow/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { S3BlobManagerOptions } from '../src/options.ts';
import { S3ObjectStore } from '../src/store.ts';
import { optionsFor } from './options-for.ts';
import { refusalOf } from './refusal.ts';

const attempts = 3;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

whereEngine(versitygw, (home) => {
  let server: S3Server;
  let proxy: FaultProxy;
  let host: TestHost;
  /** Sees the server as it is. */
  let direct: S3ObjectStore;
  /** Sees it through the proxy. */
  let store: S3ObjectStore;
  let root = 'root-0';

  const open = async (more: Partial<S3BlobManagerOptions> = {}): Promise<S3ObjectStore> => {
    const given = { max_attempts: attempts, root_directory: root, endpoint_url: proxy.url, ...more };
    return new S3ObjectStore(await optionsFor(server, given), host);
  };

  beforeAll(async () => {
    server = await startVersitygw(home);
    server.addUser('CANARYKEY4713', 'canary-secret-4711');
    proxy = await startFaultProxy(server.url);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    host = await createTestHost();
    root = `root-${Number(root.slice(5)) + 1}`;
    store = await open();
    direct = await open({ endpoint_url: server.url });
    await direct.put('there', text('what is there'));
    proxy.faultOf = () => null;
    (proxy.requests as ProxiedRequest[]).length = 0;
  });
  afterEach(async () => await host.dispose());

  /** Lets the first so many requests that match go wrong. */
  const fail = (fault: Fault, times: number, matches: (request: ProxiedRequest) => boolean = () => true) => {
    let left = times;
    proxy.faultOf = (request) => {
      if (left === 0 || !matches(request)) return null;
      left -= 1;
      return fault;
    };
  };

  const keysOf = async (from: S3ObjectStore): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of from.list('')) keys.push(key);
    return keys.sort();
  };

  /** Every way to ask the store. */
  const calls = (from: S3ObjectStore): Record<string, () => Promise<unknown>> => ({
    put: async () => await from.put('new', text('new')),
    get: async () => await from.get('there'),
    getRange: async () => await from.getRange('there', { start: 0, end: 4 }),
    head: async () => await from.head('there'),
    list: async () => await keysOf(from),
    delete: async () => await from.delete('there'),
    deleteMany: async () => await from.deleteMany(['there']),
    putIfAbsent: async () => await from.putIfAbsent?.('new', text('new')),
  });

  describe('a refusal that will stay is told at once', () => {
    test.each(['put', 'get', 'getRange', 'head', 'list', 'delete', 'deleteMany', 'putIfAbsent'])(
      'to %s',
      async (name) => {
        const codesWith = async (more: Partial<S3BlobManagerOptions>): Promise<string> => {
          (proxy.requests as ProxiedRequest[]).length = 0;
          const refusal = await refusalOf(calls(await open(more))[name]?.() ?? Promise.resolve());
          expect(proxy.requests.length).toBeLessThanOrEqual(1 + Number(name === 'head'));
          return refusal.code;
        };
        expect({
          'wrong secret': await codesWith({ secret_access_key: 'canary-secret-4711' }),
          'unknown key': await codesWith({ access_key_id: 'NOBODY' }),
          'no bucket': await codesWith({ bucket_name: 'no-such-bucket' }),
          'of another': await codesWith({
            access_key_id: 'CANARYKEY4713',
            secret_access_key: 'canary-secret-4711',
          }),
        }).toEqual({
          // An answer to HEAD has no words, so what was forbidden is not told.
          'wrong secret': name === 'head' ? 'blob.forbidden' : 'blob.unauthorized',
          'unknown key': name === 'head' ? 'blob.forbidden' : 'blob.unauthorized',
          'no bucket': 'blob.no_bucket',
          'of another': 'blob.forbidden',
        });
      },
    );
  });

  describe('what passes is tried again, and all ends well', () => {
    const passing: Record<string, Fault> = {
      'a server that has a fault': { answer: 500 },
      'a server that is not there': { answer: 503 },
      'a server with too much to do': {
        answer: 503,
        body: '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
      },
      'a connection that is cut before the request arrives': { cut: 'before' },
      'a connection that is cut before the answer arrives': { cut: 'after' },
      'a connection that is cut in the answer': { cut: 5 },
      'a server that does not answer': { hang: true },
    };
    test.each(Object.entries(passing))('%s', async (_, fault) => {
      const impatient = await open('hang' in fault ? { timeout_seconds: 1 } : {});
      for (const [name, call] of Object.entries(calls(impatient))) {
        await direct.put('there', text('what is there'));
        fail(fault, 1);
        await expect(call(), name).resolves.not.toThrow();
        await direct.delete('new');
      }
    });

    test('an answer whose bytes were changed', async () => {
      fail({ spoil: 'answer' }, 1);
      expect(await store.get('there')).toEqual(text('what is there'));
      expect(proxy.requests).toHaveLength(2);
    });

    test('an answer that is shorter than the object', async () => {
      fail({ shorten: 4 }, 1);
      expect(await store.get('there')).toEqual(text('what is there'));
      expect(proxy.requests).toHaveLength(2);
    });

    test('a request whose bytes were changed', async () => {
      fail({ spoil: 'request' }, 1);
      await store.put('new', text('all of the new'));
      expect(await direct.get('new')).toEqual(text('all of the new'));
      expect(proxy.requests).toHaveLength(2);
    });
  });

  describe('what does not pass ends after so many attempts, with a reason', () => {
    const staying: Record<string, readonly [Fault, string]> = {
      'a server that has a fault': [{ answer: 500 }, 'blob.unavailable'],
      'a server with too much to do': [{ answer: 503 }, 'blob.unavailable'],
      'connections that are cut before the request': [{ cut: 'before' }, 'blob.unavailable'],
      'connections that are cut in the answer': [{ cut: 5 }, 'blob.unavailable'],
      'a server that does not answer': [{ hang: true }, 'blob.unavailable'],
      'a server that gives a byte now and then': [{ drip: 900 }, 'blob.unavailable'],
      'bytes that are changed on the way': [{ spoil: 'answer' }, 'blob.corrupt'],
      'answers that are too short': [{ shorten: 4 }, 'blob.corrupt'],
    };
    test.each(Object.entries(staying))('%s', async (_, [fault, code]) => {
      fail(fault, Infinity);
      const isSlow = 'hang' in fault || 'drip' in fault;
      const refusal = await refusalOf((await open(isSlow ? { timeout_seconds: 1 } : {})).get('there'));
      expect(refusal.code).toBe(code);
      expect(refusal.message).toContain('/there" in the bucket "bucket" at 127.0.0.1:');
      expect(refusal.message).toContain(`${attempts} times`);
      expect(refusal.context).toMatchObject({ bucket: 'bucket', key: `${root}/there`, attempts });
      expect(proxy.requests).toHaveLength(attempts);
    });

    test('bytes of an upload that are changed on the way, of which nothing is seen', async () => {
      fail({ spoil: 'request' }, Infinity);
      const refusal = await refusalOf(store.put('new', text('all of the new')));
      expect(refusal.code).toBe('blob.corrupt');
      expect(await direct.head('new')).toBe(null);
    });

    test('a server that is not there', async () => {
      const endpoint_url = `http://127.0.0.1:${await freePort()}`;
      const refusal = await refusalOf((await open({ endpoint_url })).get('there'));
      expect(refusal.code).toBe('blob.unavailable');
      expect(refusal.message).toContain('ECONNREFUSED');
    });
  });

  test('a server that says when it wants to be asked again is asked then, and else sooner and by chance', async () => {
    const pauses: number[] = [];
    const clock = {
      ...host.clock,
      sleep: async (milliseconds: number) => {
        pauses.push(milliseconds);
        await Promise.resolve();
      },
    };
    const given = { max_attempts: 4, root_directory: root, endpoint_url: proxy.url };
    const patient = new S3ObjectStore(await optionsFor(server, given), { ...host, clock });
    fail({ answer: 503, headers: { 'retry-after': '7' } }, 1);
    await patient.get('there');
    fail({ answer: 503, headers: { 'retry-after': '86400' } }, 1);
    await patient.get('there');
    expect(pauses.splice(0)).toEqual([7_000, 20_000]);
    fail({ answer: 500 }, 3);
    await patient.get('there');
    const parts = pauses.map((pause, index) => pause / (100 * 2 ** index));
    expect(parts).toHaveLength(3);
    expect(Math.min(...parts)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...parts)).toBeLessThanOrEqual(1);
  });

  test('a caller that no longer waits is not kept by a server that does not answer', async () => {
    for (const [name, call] of Object.entries({
      put: async (signal: AbortSignal) => await store.put('new', text('new'), { signal }),
      get: async (signal: AbortSignal) => await store.get('there', { signal }),
      head: async (signal: AbortSignal) => await store.head('there', { signal }),
      delete: async (signal: AbortSignal) => await store.delete('there', { signal }),
    })) {
      const reason = new Error(`no longer waited for: ${name}`);
      const aborting = new AbortController();
      proxy.faultOf = () => {
        aborting.abort(reason);
        return { hang: true };
      };
      await expect(call(aborting.signal)).rejects.toBe(reason);
    }
    proxy.faultOf = () => null;
    expect(await keysOf(store)).toEqual(['there']);
  });

  test('a caller that no longer waits is not kept by the pause between two attempts', async () => {
    const aborting = new AbortController();
    const reason = new Error('no longer waited for');
    fail({ answer: 503, headers: { 'retry-after': '15' } }, Infinity);
    const call = store.get('there', { signal: aborting.signal });
    call.catch(() => undefined);
    await expect.poll(() => proxy.requests.length).toBe(1);
    aborting.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(proxy.requests).toHaveLength(1);
  });

  describe('an answer never shows a secret, also when the server puts one into it:', () => {
    test.each([403, 400, 500])('%i', async (answer) => {
      const secrets = {
        access_key_id: 'CANARYKEY4713',
        secret_access_key: 'canary-secret-4711',
        session_token: 'canary-token-4712',
      };
      const all = Object.values(secrets).join(' ');
      const body =
        `<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>not ${all}</Message>` +
        `<AWSAccessKeyId>${secrets.access_key_id}</AWSAccessKeyId><StringToSign>${all}</StringToSign></Error>`;
      fail({ answer, body, headers: { 'x-amz-request-id': 'R1' } }, Infinity);
      const refusal = await refusalOf((await open(secrets)).get('there'));
      expect(refusal.code).toBe('blob.unauthorized');
      expect(refusal.message).toContain('not *** *** ***');
      expect(proxy.requests[0]?.headers['x-amz-security-token']).toBe('canary-token-4712');
    });
  });

  describe('a server that does not speak like S3 is told from one that does:', () => {
    const page = '<html><body>canary-secret-4711</body></html>';
    test.each<readonly [number, string]>([
      [200, page],
      [200, 'hello'],
      [200, ''],
      [404, page],
      [404, ''],
      [405, ''],
    ])('%i with "%s"', async (answer, body) => {
      const stranger = await open({ secret_access_key: 'canary-secret-4711' });
      fail({ answer, body }, Infinity);
      for (const name of ['put', 'list', 'putIfAbsent']) {
        const refusal = await refusalOf(calls(stranger)[name]?.() ?? Promise.resolve());
        expect([name, refusal.code]).toEqual([name, 'blob.store_failed']);
        expect(refusal.message).toContain('does not speak like S3');
      }
      const large = await refusalOf(stranger.put('large', new Uint8Array(9 * 1024 * 1024)));
      expect(large.code).toBe('blob.store_failed');
    });

    test('404 to who reads', async () => {
      fail({ answer: 404, body: page }, Infinity);
      expect((await refusalOf(store.get('there'))).code).toBe('blob.no_bucket');
    });

    test('a page of something on the way that says 502 is tried again', async () => {
      fail({ answer: 502, body: page }, Infinity);
      const refusal = await refusalOf(store.put('new', text('x')));
      expect(refusal.code).toBe('blob.unavailable');
      expect(refusal.message).toContain('HTTP 502, 3 times;');
    });
  });

  describe('an object of several parts', () => {
    const size = 20 * 1024 * 1024;
    const bytes = new Uint8Array(randomBytes(size));
    const isPart = ({ path }: ProxiedRequest): boolean => path.includes('partNumber=2');
    const isComplete = ({ method, path }: ProxiedRequest): boolean =>
      method === 'POST' && path.includes('uploadId=');
    const uploads = async (): Promise<number> => {
      const { S3Client, ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3');
      const credentials = { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey };
      const client = new S3Client({
        endpoint: server.url,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials,
      });
      return (
        (await client.send(new ListMultipartUploadsCommand({ Bucket: 'bucket', Prefix: root }))).Uploads
          ?.length ?? 0
      );
    };

    test('is sent in parts of 8 MiB', async () => {
      await store.put('large', bytes);
      expect(Buffer.compare((await direct.get('large')) ?? text(''), bytes)).toBe(0);
      const parts = proxy.requests.filter(({ path }) => path.includes('partNumber='));
      const sizes = parts.map((part) => part.size / 1024 / 1024);
      expect(sizes.toSorted((a, b) => a - b)).toEqual([4, 8, 8]);
    });

    test.each<readonly [string, Fault, (request: ProxiedRequest) => boolean]>([
      ['a part whose answer is lost', { cut: 'after' }, isPart],
      ['a part whose bytes were changed', { spoil: 'request' }, isPart],
      ['an end that was not taken', { answer: 503 }, isComplete],
      ['an end whose answer is lost', { cut: 'after' }, isComplete],
    ])('is whole in spite of %s', async (_, fault, matches) => {
      fail(fault, 1, matches);
      await store.put('large', bytes);
      expect(Buffer.compare((await direct.get('large')) ?? text(''), bytes)).toBe(0);
      expect(await uploads()).toBe(0);
    });

    test.each<readonly [string, Fault, (request: ProxiedRequest) => boolean]>([
      ['a part fails', { answer: 500 }, isPart],
      ['a part is changed on the way', { spoil: 'request' }, isPart],
      ['a part is forbidden', { answer: 403 }, isPart],
      ['the end fails', { answer: 500 }, isComplete],
    ])('is not seen, and nothing is left of it, when %s', async (_, fault, matches) => {
      fail(fault, Infinity, matches);
      await refusalOf(store.put('large', bytes));
      expect(await direct.head('large')).toBe(null);
      expect(await uploads()).toBe(0);
    });

    test('leaves nothing when its caller no longer waits', async () => {
      const aborting = new AbortController();
      const reason = new Error('no longer waited for');
      proxy.faultOf = (request) => {
        if (!isPart(request)) return null;
        aborting.abort(reason);
        return { hang: true };
      };
      await expect(store.put('large', bytes, { signal: aborting.signal })).rejects.toBe(reason);
      expect(await direct.head('large')).toBe(null);
      expect(await uploads()).toBe(0);
    });

    test('of which parts could not be removed says so to who runs it', async () => {
      proxy.faultOf = (request) => (isPart(request) || request.method === 'DELETE' ? { answer: 403 } : null);
      await refusalOf(store.put('large', bytes));
      expect(host.logger.records.map(({ level, message }) => `${level}: ${message}`)).toEqual([
        expect.stringMatching(/^warn: parts of "root-\d+\/large" are left in the bucket "bucket"/),
      ]);
      expect(await uploads()).toBe(1);
    });
  });

  describe('a put that must not replace', () => {
    test('knows its own object when the answer was lost', async () => {
      await store.putIfAbsent?.('first', text('so that the server is known'));
      fail({ cut: 'after' }, 1);
      expect(await store.putIfAbsent?.('new', text('new'))).toBe(true);
      fail({ cut: 'after' }, 1);
      expect(await store.putIfAbsent?.('new', text('newer'))).toBe(false);
      expect(await direct.get('new')).toEqual(text('new'));
    });

    test('is refused on a server that does not look', async () => {
      proxy.faultOf = ({ headers }) =>
        headers['if-none-match'] === undefined ? null : { answer: 200, headers: { etag: '"1"' } };
      const refusal = await refusalOf(store.putIfAbsent?.('new', text('new')) ?? Promise.resolve());
      expect(refusal.code).toBe('blob.unsupported');
      expect(await keysOf(direct)).toEqual(['there']);
    });
  });

  describe('a server that knows less', () => {
    test.each([
      [501, 'NotImplemented', 'A header you provided implies functionality that is not implemented'],
      [400, 'InvalidArgument', 'x-amz-checksum-crc32 is not known'],
    ])('gets no checksums after it has refused them (%i)', async (answer, code, message) => {
      const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
      proxy.faultOf = ({ headers }) =>
        headers['x-amz-checksum-crc32'] === undefined ? null : { answer, body };
      await store.put('new', text('new'));
      await store.put('newer', text('newer'));
      expect(await direct.get('new')).toEqual(text('new'));
      expect(proxy.requests).toHaveLength(3);
      expect(host.logger.records).toHaveLength(1);
    });

    test('is sent none when the options say so, and others when they say that', async () => {
      await (await open({ checksum_algorithm: 'none' })).put('there', text('what is there'));
      expect(Object.keys(proxy.requests[0]?.headers ?? {}).join()).not.toContain('checksum');
      await (await open({ checksum_algorithm: 'sha256' })).put('there', text('what is there'));
      expect(proxy.requests[1]?.headers['x-amz-checksum-sha256']).toEqual(expect.any(String));
    });

    test('is asked for a checksum, but not of what is held against a hash anyway', async () => {
      const mode = async (options: GetOptions): Promise<unknown> => {
        expect(await store.get('there', options)).toEqual(text('what is there'));
        return proxy.requests.at(-1)?.headers['x-amz-checksum-mode'];
      };
      expect(await mode({})).toBe('ENABLED');
      expect(await mode({ verifiedByCaller: true })).toBeUndefined();
    });

    test('that removes one object at a time is asked for each', async () => {
      proxy.faultOf = ({ method }) => (method === 'POST' ? { answer: 501 } : null);
      const keys = Array.from({ length: 40 }, (_, index) => `many/${index}`);
      for (const key of keys) await direct.put(key, text(key));
      await store.deleteMany(keys);
      expect(await keysOf(direct)).toEqual(['there']);
    });

    test('that gives all of an object for a part of it does no harm', async () => {
      proxy.faultOf = () => ({ answer: 200, body: 'what is there' });
      expect(await store.getRange('there', { start: 5, end: 7 })).toEqual(text('is'));
    });
  });

  test('an object that is larger than any of ours is not read', async () => {
    fail({ answer: 200, body: 'x', headers: { 'content-length': '33554433' } }, Infinity);
    const refusal = await refusalOf(store.get('there'));
    expect(refusal.code).toBe('blob.corrupt');
    expect(refusal.message).toContain('33554433 bytes');
    expect(proxy.requests).toHaveLength(1);
  });

  test('an object that one of many could not be removed for is named', async () => {
    const body =
      '<?xml version="1.0"?><DeleteResult><Error><Key>root/there</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>';
    proxy.faultOf = () => ({ answer: 200, body });
    const refusal = await refusalOf(store.deleteMany(['other', 'there']));
    expect(refusal.code).toBe('blob.forbidden');
    expect(refusal.message).toContain('/there: no');
  });
});
