import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { freePort, makeCertificate } from '@aiflow-private/engines';
import { largestObject } from '@aiflow/snapshot';
import { describe, expect, it } from 'vitest';
import { HdfsObjectStore } from '../src/index.ts';
import type { HdfsStoreOptions } from '../src/index.ts';
import { startPlainServer } from './plain-server.ts';

const open = (options: Partial<HdfsStoreOptions> = {}): HdfsObjectStore =>
  new HdfsObjectStore({
    hdfsUrl: 'http://namenode:9870',
    rootDirectory: '/aiflow',
    user: 'ada',
    maxAttempts: 2,
    firstPauseMs: 1,
    ...options,
  });

/** What a store says of a server that answers everything like this. */
async function errorOf(status: number, headers: OutgoingHttpHeaders, body: string): Promise<unknown> {
  await using server = await startPlainServer((_request, response) => {
    response.writeHead(status, headers).end(body);
  });
  return await open({ hdfsUrl: server.url })
    .head('a')
    .catch((error: unknown) => error);
}

describe('the location', () => {
  it.each([
    ['http://namenode:9870', undefined, 'hdfs://namenode:9870/aiflow'],
    ['http://namenode:9870/', undefined, 'hdfs://namenode:9870/aiflow'],
    ['https://Knox.example/gateway/x/webhdfs/v1', undefined, 'hdfs://knox.example:443/aiflow'],
    ['http://b:9870, http://a:9870', undefined, 'hdfs://a:9870,b:9870/aiflow'],
    [['http://a:9870', 'http://b:9870'], undefined, 'hdfs://a:9870,b:9870/aiflow'],
    [['http://a:9870', 'http://b:9870'], 'mycluster', 'hdfs://mycluster/aiflow'],
  ])('of %j with the nameservice %j is %s', (hdfsUrl, nameservice, location) => {
    expect(open({ hdfsUrl, nameservice }).location).toBe(location);
  });

  it('is the same for a root directory with a "/" at its end', () => {
    expect(open({ rootDirectory: '/a/b/' }).location).toBe('hdfs://namenode:9870/a/b');
  });
});

it.each([
  { hdfsUrl: 'hdfs://namenode:8020' },
  { hdfsUrl: [] },
  { rootDirectory: 'aiflow' },
  { rootDirectory: '/' },
  { rootDirectory: '/a/../b' },
])('a store is not made with %j', (options) => {
  expect(() => open(options)).toThrow(expect.objectContaining({ code: 'blob.invalid_options' }) as Error);
});

describe('a server that wants Kerberos', () => {
  it('is blob.unauthorized, named and not asked again', async () => {
    const headers = { 'www-authenticate': 'Negotiate' };
    expect(await errorOf(401, headers, 'Authentication required')).toMatchObject({
      code: 'blob.unauthorized',
      message: expect.stringMatching(/answered 401; the server asks for Kerberos.*HttpFS/) as unknown,
      context: { attempts: 1, status: 401 },
    });
  });

  it('is known by what Hadoop says without a 401, too', async () => {
    const message =
      'Failed to obtain user group information: java.io.IOException: Security enabled but user not authenticated by filter';
    const body = JSON.stringify({ RemoteException: { exception: 'SecurityException', message } });
    expect(await errorOf(403, {}, body)).toMatchObject({
      code: 'blob.unauthorized',
      message: expect.stringContaining('Kerberos') as unknown,
    });
  });

  it('is told apart from one that wants a password', async () => {
    const headers = { 'www-authenticate': 'Basic realm="hdfs"' };
    const error = await errorOf(401, headers, '');
    expect(error).toMatchObject({ code: 'blob.unauthorized' });
    expect(error).not.toMatchObject({ message: expect.stringContaining('Kerberos') as unknown });
  });
});

describe('a server that is no HDFS', () => {
  it('is not taken for an empty store', async () => {
    expect(await errorOf(404, {}, '<html>')).toMatchObject({
      code: 'blob.store_failed',
      message: expect.stringContaining('there is no WebHDFS: expected hdfs_url to be') as unknown,
    });
  });

  it('is named whatever it answers, for every call', async () => {
    await using server = await startPlainServer((_request, response) => {
      response.end('<html>welcome</html>');
    });
    const store = open({ hdfsUrl: server.url });
    const calls = {
      head: async () => await store.head('a'),
      delete: async () => await store.delete('a'),
      put: async () => await store.put('a', new Uint8Array(1)),
      list: async () => await store.list('').next(),
    };
    for (const [name, call] of Object.entries(calls)) {
      await expect(call(), name).rejects.toMatchObject({
        code: 'blob.store_failed',
        message: expect.stringContaining('it answered something that is not WebHDFS') as unknown,
      });
    }
  });

  it('whose answer has no length is not believed to have sent all of it', async () => {
    await using server = await startPlainServer((request) => {
      request.socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf');
    });
    await expect(open({ hdfsUrl: server.url }).get('a')).rejects.toMatchObject({
      code: 'blob.unavailable',
      message: expect.stringContaining('does not say how long it is') as unknown,
    });
  });

  it('that is not there is blob.unavailable with its address and what the system says', async () => {
    const port = await freePort();
    await expect(open({ hdfsUrl: `http://127.0.0.1:${port}` }).get('a')).rejects.toMatchObject({
      code: 'blob.unavailable',
      message: `the blob store hdfs://127.0.0.1:${port}/aiflow failed: OPEN /aiflow/a as user ada at http://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port} (tried 2 times); check that the server runs and can be reached from this machine`,
      context: { systemCode: 'ECONNREFUSED' },
    });
  });

  it('and never stops sending is left when ten times its time is up', async () => {
    await using server = await startPlainServer((_request, response) => {
      response.writeHead(200, { 'content-length': 1_000_000 });
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(drip));
    });
    const store = open({ hdfsUrl: server.url, timeoutMs: 1_000, maxAttempts: 1 });
    await expect(store.get('a')).rejects.toMatchObject({
      code: 'blob.unavailable',
      message: expect.stringContaining('no end after 10 s') as unknown,
    });
  });

  it('and sends more than any object has is not read to the end', async () => {
    await using server = await startPlainServer((_request, response) => {
      response.end(new Uint8Array(largestObject + 2_000_000));
    });
    await expect(open({ hdfsUrl: server.url, maxAttempts: 1 }).get('a')).rejects.toMatchObject({
      message: expect.stringContaining('the answer has more than') as unknown,
    });
  });

  it('and has a certificate that nobody vouches for is not asked again', async () => {
    using made = makeCertificate();
    const identity = { cert: readFileSync(made.certificate), key: readFileSync(made.key) };
    const server = createServer(identity).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(open({ hdfsUrl: `https://127.0.0.1:${port}` }).get('a')).rejects.toMatchObject({
      code: 'blob.unavailable',
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS') as unknown,
      context: { attempts: 1 },
    });
    server.close();
  });

  it('and whose name nobody knows gets a word on names', async () => {
    await expect(open({ hdfsUrl: 'http://nobody.invalid:1' }).get('a')).rejects.toMatchObject({
      code: 'blob.unavailable',
      message: expect.stringContaining('its name is not known here') as unknown,
    });
  });
});
