import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { Agent as HttpAgent, createServer as createHttpServer, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, createServer as createHttpsServer, request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Certificate } from '@aiflow-private/engines';
import { makeCertificate } from '@aiflow-private/engines';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readInPlace } from '../src/read-in-place.ts';

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

const body = randomBytes(20 * 1024 * 1024);
const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe.each(['http', 'https'] as const)('agents of %s that read in place', (protocol) => {
  let made: Certificate;
  let identity: { readonly cert: Buffer; readonly key: Buffer };
  beforeAll(() => {
    made = makeCertificate();
    identity = { cert: readFileSync(made.certificate), key: readFileSync(made.key) };
  });
  afterAll(() => made[Symbol.dispose]());

  async function serve(listener: RequestListener): Promise<{ url: string; agents: Agents }> {
    const server = protocol === 'http' ? createHttpServer(listener) : createHttpsServer(identity, listener);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const kept = { keepAlive: true, maxSockets: 2 };
    const agents = {
      http: readInPlace(new HttpAgent(kept)),
      https: readInPlace(new HttpsAgent({ ...kept, ca: identity.cert })),
    };
    onTestFinished(async () => {
      for (const agent of Object.values(agents) as HttpAgent[]) agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return { url: `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}/`, agents };
  }

  async function ask({ http, https }: Agents, url: string, sent?: Buffer): Promise<IncomingMessage> {
    const method = sent === undefined ? 'GET' : 'PUT';
    const request =
      protocol === 'http'
        ? requestHttp(url, { agent: http, method })
        : requestHttps(url, { agent: https, method });
    request.on('error', () => undefined); // also after an answer that is cut
    request.end(sent);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  }

  async function readAll(response: IncomingMessage, pauseMs = 0): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if (pauseMs > 0) await setTimeout(pauseMs);
    }
    return Buffer.concat(chunks);
  }

  test('give each of several bodies at once, over connections that are kept', async () => {
    const sockets = new Set<unknown>();
    const { url, agents } = await serve((request, response) => {
      sockets.add(request.socket);
      response.end(body.subarray(Number(request.url?.slice(1))));
    });
    const read = async (at: number): Promise<string> => sum(await readAll(await ask(agents, `${url}${at}`)));
    const starts = [0, 1, 1000, body.length - 1, body.length, 65_536];
    const found = await Promise.all(starts.map(read));
    expect(found).toEqual(starts.map((at) => sum(body.subarray(at))));
    expect(sockets.size).toBe(2);
  });

  test('read no more than is taken, and lose nothing of it', async () => {
    const { url, agents } = await serve((_request, response) => void response.end(body));
    const response = await ask(agents, url);
    await setTimeout(300);
    expect(response.socket.bytesRead).toBeLessThan(1_000_000); // the rest waits before the socket: nobody takes it
    expect(sum(await readAll(response, 1))).toBe(sum(body));
  });

  test('send what is sent, and tell of an answer that breaks off', async () => {
    const answer = async (...[request, response]: Parameters<RequestListener>): Promise<void> => {
      const bytes = await readAll(request);
      response.setHeader('content-length', 1_000_000);
      response.write(sum(bytes));
      if (bytes.length === 0) response.write(body.subarray(0, 100_000), () => request.socket.destroy());
      else response.end(body.subarray(0, 1_000_000 - 64));
    };
    const { url, agents } = await serve((request, response) => void answer(request, response));
    const whole = await readAll(await ask(agents, url, body));
    expect(whole.subarray(0, 64).toString()).toBe(sum(body));
    expect(whole.length).toBe(1_000_000);
    await expect(readAll(await ask(agents, url))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('read into the same memory, whatever comes', async () => {
    const { url, agents } = await serve((_request, response) => void response.end(body));
    const response = await ask(agents, url);
    const memory = new Set<ArrayBufferLike>();
    response.socket.on('data', (bytes: Buffer) => memory.add(bytes.buffer));
    expect(sum(await readAll(response))).toBe(sum(body));
    expect(memory.size).toBe(1);
  });
});
