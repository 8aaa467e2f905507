import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { vi } from 'vitest';

/** What goes wrong with one request. */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** The connection breaks before the server hears of it. */
  | { readonly kind: 'cut before' }
  /** The server does it, and the connection breaks before its answer. */
  | { readonly kind: 'cut after' }
  /** The server gets half of the body, and the connection breaks when it has begun to write it. */
  | { readonly kind: 'cut in request' }
  /** The caller gets half of the body, of which one byte more is announced, as it may be empty. */
  | { readonly kind: 'cut in answer' }
  /** Nothing comes for ever. */
  | { readonly kind: 'silence' };

export interface Seen {
  /** `CREATE` is what a NameNode is asked, `CREATE at DataNode` what the DataNode is. */
  readonly what: string;
  readonly url: URL;
}

const dataNodePrefix = '/datanode/';

/** A NameNode and its DataNodes behind one address of the loopback interface, where requests can be made to fail. */
export class FaultyProxy implements AsyncDisposable {
  readonly seen: Seen[] = [];
  /** Asked for each request what goes wrong with it; null: nothing. */
  fault: (seen: Seen) => Fault | null = () => null;
  readonly #target: string;
  readonly #server = createServer((incoming, answer) => {
    this.#handle(incoming, answer).catch(() => incoming.socket.destroy());
  });

  private constructor(target: string) {
    this.#target = target;
  }

  static async start(target: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    return `http://127.0.0.1:${address.port}`;
  }

  /** How often something was asked. */
  count(what: string): number {
    return this.seen.filter((each) => each.what === what).length;
  }

  /** The first `times` requests of this kind fail, or all. */
  failAt(what: string, fault: Fault, times = Infinity): void {
    let left = times;
    this.seen.length = 0;
    this.fault = (seen) => (seen.what === what && left-- > 0 ? fault : null);
  }

  heal(): void {
    this.fault = () => null;
    this.seen.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const path = incoming.url ?? '/';
    const [, host, rest] = /^\/datanode\/([^/]+)(.*)$/.exec(path) ?? [];
    const url = new URL(host === undefined ? this.#target + path : `http://${host}${rest}`);
    const what = `${url.searchParams.get('op') ?? ''}${host === undefined ? '' : ' at DataNode'}`;
    const seen: Seen = { what, url };
    this.seen.push(seen);
    const fault = this.fault(seen);
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'answer') {
      await buffer(incoming);
      answer.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? '');
      return;
    }
    if (fault?.kind === 'cut before') {
      incoming.socket.destroy();
      return;
    }
    const body = await buffer(incoming);
    const { method, headers } = incoming;
    const onward = request(url, { method, headers: { ...headers, host: url.host, connection: 'close' } });
    onward.on('error', () => undefined); // also after an answer, when the server does not wait for the rest
    if (fault?.kind === 'cut in request') {
      onward.write(body.subarray(0, Math.floor(body.length / 2)));
      await this.#hasBegun(url);
      onward.destroy();
      incoming.socket.destroy();
      return;
    }
    onward.end(body);
    const [told] = (await once(onward, 'response')) as [IncomingMessage];
    const bytes = await buffer(told);
    if (fault?.kind === 'cut after') {
      incoming.socket.destroy();
      return;
    }
    const location = told.headers.location?.replace(/^http:\/\//, `${this.url}${dataNodePrefix}`);
    const type = told.headers['content-type'];
    answer.writeHead(told.statusCode ?? 500, {
      'content-length': bytes.length + (fault?.kind === 'cut in answer' ? 1 : 0),
      ...(type !== undefined && { 'content-type': type }),
      ...(location !== undefined && { location }),
    });
    if (fault?.kind !== 'cut in answer') answer.end(bytes);
    else answer.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => incoming.socket.destroy());
  }

  /** A DataNode may be slow: one that creates its file after the caller has tidied up would leave it for a day. */
  async #hasBegun(creating: URL): Promise<void> {
    const status = new URL(this.#target + creating.pathname);
    status.search = new URLSearchParams({
      op: 'GETFILESTATUS',
      'user.name': creating.searchParams.get('user.name') ?? '',
    }).toString();
    const look = async (): Promise<void> => {
      if (!(await fetch(status)).ok) throw new Error(`there is no ${creating.pathname} yet`);
    };
    await vi.waitFor(look, { timeout: 30_000 });
  }
}
