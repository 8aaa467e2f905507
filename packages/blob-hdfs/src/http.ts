import type { Agent, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { largestObject, readBody } from '@aiflow/snapshot';

export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly body: Uint8Array | null;
  readonly agent: Agent;
  /** How long nothing may move, in milliseconds. All of it may take ten times as long. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** An answer with more than the largest object and what may surround it is not read to its end. */
const largestAnswer = largestObject + 1024 * 1024;

/**
 * One request and the whole of its answer, whatever its status. Rejects with the error of the connection, also when
 * the answer breaks off before its length, or with the signal's reason. Redirects are not followed.
 */
export async function sendHttp({ timeoutMs, signal, ...request }: HttpRequest): Promise<HttpAnswer> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const { url, method, body, agent } = request;
  const options: RequestOptions = {
    method,
    agent,
    timeout: timeoutMs,
    headers:
      body === null ? {} : { 'content-type': 'application/octet-stream', 'content-length': body.length },
  };
  const sent = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
  const end = (error: Error): void => {
    reject(error); // before the error of a connection that was destroyed, which says less
    sent.destroy();
  };
  const slow = (): void => end(networkError('ETIMEDOUT', `nothing came for ${timeoutMs / 1000} s`));
  const endless = (): void => end(networkError('ETIMEDOUT', `no end after ${timeoutMs / 100} s`));
  const abort = (): void => {
    reject(signal?.reason);
    sent.destroy();
  };
  const timer = setTimeout(endless, timeoutMs * 10);
  signal?.addEventListener('abort', abort, { once: true });
  sent.on('error', reject);
  sent.on('timeout', slow);
  sent.on('response', (response) => {
    readWhole(response).then(
      (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
      end,
    );
  });
  sent.end(body ?? undefined);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** Node itself tells when an answer breaks off, unless it has no length: that is not taken. */
async function readWhole(response: IncomingMessage): Promise<Uint8Array> {
  const { 'content-length': length, 'transfer-encoding': encoding } = response.headers;
  const bytes = await readBody(response, {
    length: length === undefined ? null : Number(length),
    most: largestAnswer,
  });
  if (length === undefined && encoding === undefined && bytes.length > 0) {
    throw networkError('ECONNRESET', 'the answer does not say how long it is, so it may have been cut off');
  }
  return bytes;
}

function networkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
