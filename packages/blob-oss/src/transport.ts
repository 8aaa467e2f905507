import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { largestObject, readBody, readInPlace } from '@aiflow/snapshot';
import type OSS from 'ali-oss';

/** What became of the last request of a call: read when the call has failed. */
export interface Exchange {
  status: number | null;
  headers: IncomingHttpHeaders;
  /** Why there is no whole answer; null when there is one. */
  fault: unknown;
}

/** Sends one request; writes what becomes of it into `exchange`. */
export type Transport = (
  url: string,
  request: OSS.OutgoingRequest,
  exchange: Exchange,
  signal: AbortSignal | undefined,
) => Promise<OSS.IncomingAnswer>;

/** A request ends, at the latest, after so many times as long as its connection may be silent. */
const longest = 10;

/**
 * Sends over connections that are kept open. One on which no byte moves for `timeout` milliseconds is cut, however
 * large a body is; and one whose signal aborts, at once.
 */
export function createTransport(timeout: number): Transport {
  const kept = { keepAlive: true, maxSockets: 64 };
  const agents = { http: readInPlace(new HttpAgent(kept)), https: readInPlace(new HttpsAgent(kept)) };
  return async (url, { method, headers, content, stream }, exchange, signal) => {
    const isPlain = url.startsWith('http:');
    const agent = isPlain ? agents.http : agents.https;
    const answered = Promise.withResolvers<IncomingMessage>();
    const body = typeof content === 'string' ? Buffer.from(content) : (content ?? null);
    // `ali-oss` counts the characters of a text, which are not its bytes.
    const counted = body === null ? headers : { ...headers, 'Content-Length': String(body.length) };
    const options = { method, headers: counted, agent, timeout, signal };
    const sent = (isPlain ? requestHttp : requestHttps)(url, options);
    let silent: Error | null = null;
    const cut = (after: number): void => {
      silent = silence(after);
      sent.destroy(silent);
    };
    const deadline = setTimeout(cut, timeout * longest, timeout * longest);
    sent
      .on('response', answered.resolve)
      .on('error', answered.reject)
      .on('timeout', () => cut(timeout));
    try {
      if (stream === undefined) sent.end(body);
      else stream.pipe(sent);
      const response = await answered.promise;
      exchange.status = response.statusCode ?? null;
      exchange.headers = response.headers;
      const length = lengthOf(response, method);
      const { buffer, byteOffset, byteLength } = await readBody(response, { length, most: largestObject });
      const data = Buffer.from(buffer, byteOffset, byteLength);
      const answer = { status: response.statusCode ?? 0, headers: response.headers };
      return { ...answer, data, res: answer };
    } catch (error) {
      stream?.destroy();
      exchange.fault = silent ?? error; // what was cut in the middle of an answer only says that it was aborted
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  };
}

/** What answers HEAD says how long the object is, and has no body. */
function lengthOf({ headers }: IncomingMessage, method: string): number | null {
  const length = headers['content-length'];
  return length === undefined || method === 'HEAD' ? null : Number(length);
}

function silence(milliseconds: number): Error {
  return Object.assign(new Error(`no whole answer came within ${milliseconds / 1000} s`), {
    code: 'ETIMEDOUT',
  });
}
