import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as ask } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What the proxy does to one request instead of passing it on and its answer back. */
export type Fault =
  /** Answers by itself; the server is not asked. */
  | { readonly answer: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Cuts the connection: before the server is asked, after it did what was asked, or so many bytes into its answer. */
  | { readonly cut: 'before' | 'after' | number }
  /** Changes a byte of what is asked or answered. */
  | { readonly spoil: 'request' | 'answer' }
  /** Gives this much of the answer's body and says that it is all. */
  | { readonly shorten: number }
  /** Never answers; the server is not asked. */
  | { readonly hang: true }
  /** Gives so many bytes of the answer's body, one each so many milliseconds. */
  | { readonly drip: number };

export interface ProxiedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly size: number;
}

export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** Every request that came, in order. */
  readonly requests: readonly ProxiedRequest[];
  /** How many connections were made to it. */
  readonly connections: number;
  /** Says what goes wrong with a request; null for nothing. Replace it at any time. */
  faultOf: (request: ProxiedRequest) => Fault | null;
}

/**
 * A proxy of the loopback address in front of an HTTP server, which lets requests go wrong as a network does. The `Host`
 * of requests is passed on as it is, so that signatures over it stay right.
 */
export async function startFaultProxy(server: string): Promise<FaultProxy> {
  const target = new URL(server);
  const agent = new Agent({ keepAlive: true });
  const requests: ProxiedRequest[] = [];
  const proxy = createServer((request, response) => {
    request.on('error', () => undefined); // who asked has gone
    void handle(request, response).catch(() => response.destroy());
  });
  let connections = 0;
  proxy.on('connection', () => {
    connections += 1;
  });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const { method = 'GET', url: path = '/', headers } = request;
    const seen = { method, path, headers, size: body.length };
    requests.push(seen);
    const fault = own.faultOf(seen);
    if (fault === null) return await passOn(request, body, response, null);
    if ('hang' in fault) return;
    if ('answer' in fault) {
      response.writeHead(fault.answer, fault.headers ?? {});
      response.end(fault.body ?? '');
      return;
    }
    if ('cut' in fault && fault.cut === 'before') return void response.destroy();
    if ('spoil' in fault && fault.spoil === 'request') spoil(body);
    await passOn(request, body, response, fault);
  };
  const passOn = async (
    { method, url, rawHeaders }: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    fault: Fault | null,
  ): Promise<void> => {
    const { hostname, port } = target;
    const asked = ask({ hostname, port, method, path: url, agent, headers: rawHeaders });
    asked.on('error', () => undefined); // also after an answer, when the server does not wait for the rest
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const bytes = await buffer(answer);
    await giveBack(response, answer, bytes, fault);
  };
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('a server without a port');
  const own: FaultProxy = {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    get connections() {
      return connections;
    },
    faultOf: () => null,
    [Symbol.asyncDispose]: async () => {
      proxy.closeAllConnections();
      proxy.close();
      agent.destroy();
      if (proxy.listening) await once(proxy, 'close');
    },
  };
  return own;
}

async function giveBack(
  response: ServerResponse,
  { statusCode = 502, rawHeaders }: IncomingMessage,
  bytes: Buffer,
  fault: Fault | null,
): Promise<void> {
  if (fault !== null && 'cut' in fault && fault.cut === 'after') return void response.destroy();
  const shortened = fault !== null && 'shorten' in fault ? bytes.subarray(0, fault.shorten) : bytes;
  if (fault !== null && 'spoil' in fault && fault.spoil === 'answer') spoil(shortened);
  const headers = rawHeaders.flatMap((name, index) => {
    const value = rawHeaders[index + 1] ?? '';
    if (index % 2 === 1 || name.toLowerCase() === 'connection') return [];
    const isLength = name.toLowerCase() === 'content-length' && shortened.length < bytes.length;
    return [name, isLength ? String(shortened.length) : value];
  });
  response.writeHead(statusCode, headers);
  response.flushHeaders();
  if (fault !== null && 'cut' in fault && typeof fault.cut === 'number') {
    response.write(shortened.subarray(0, fault.cut), () => response.destroy());
  } else if (fault !== null && 'drip' in fault) {
    for (const byte of shortened) {
      if (response.destroyed) return;
      response.write(Buffer.of(byte));
      await new Promise((resolve) => setTimeout(resolve, fault.drip));
    }
    response.end();
  } else {
    response.end(shortened);
  }
}

/** Changes a byte in the middle. */
function spoil(bytes: Buffer): void {
  const middle = Math.floor(bytes.length / 2);
  const byte = bytes[middle];
  if (byte !== undefined) bytes[middle] = byte ^ 0xff;
}
