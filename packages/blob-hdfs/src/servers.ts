import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { readInPlace } from '@aiflow/snapshot';
import { dataNodeUrl } from './data-node-url.ts';
import type { Failure } from './failure.ts';
import { answerFailure, connectionFailure } from './failure.ts';
import type { HttpRequest } from './http.ts';
import { sendHttp } from './http.ts';

export interface Outcome {
  /** Who answered. */
  readonly url: URL;
  /** Empty when there was a failure. */
  readonly body: Uint8Array;
  readonly failure: Failure | null;
  /** Where the server sends us for the bytes, or null. */
  readonly dataNode: URL | null;
}

/** Idle connections are closed before a server closes them, which the next request would come upon. */
const idleMs = 4_000;
const noBytes = new Uint8Array(0);

/** NameNodes and DataNodes, and the connections to them. */
export class Servers {
  readonly #timeoutMs: number;
  readonly #http = readInPlace(new HttpAgent({ keepAlive: true, timeout: idleMs }));
  readonly #https = readInPlace(new HttpsAgent({ keepAlive: true, timeout: idleMs }));

  /** How long a server may be silent, in milliseconds. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** One request to `server`. Rejects with the signal's reason; all else that may happen is told. */
  async ask(server: URL, request: Pick<HttpRequest, 'method' | 'url' | 'body' | 'signal'>): Promise<Outcome> {
    const agent = request.url.protocol === 'https:' ? this.#https : this.#http;
    const none = { url: server, body: noBytes, failure: null, dataNode: null };
    try {
      const answer = await sendHttp({ ...request, agent, timeoutMs: this.#timeoutMs });
      if (answer.status === 200 || answer.status === 201) return { ...none, body: answer.body };
      const failure = answerFailure(server, answer);
      const { location } = answer.headers;
      if (answer.status !== 307 || location === undefined) return { ...none, failure };
      const dataNode = dataNodeUrl(location, server);
      return dataNode === null ? { ...none, failure: astray(failure, location) } : { ...none, dataNode };
    } catch (error) {
      request.signal?.throwIfAborted();
      return { ...none, failure: connectionFailure(server, error) };
    }
  }
}

function astray(failure: Failure, location: string): Failure {
  const [shown = ''] = location.slice(0, 200).split('?');
  const allowed = failure.url.protocol === 'https:' ? 'an https address' : 'an http or https address';
  return { ...failure, reason: `it sends us to ${JSON.stringify(shown)}: expected ${allowed}` };
}
