import type { AIFlowError, PluginHost } from '@aiflow/core';
import OSS from 'ali-oss';
import type { Endpoint } from './endpoint.ts';
import type { Failure } from './failure.ts';
import { isPassing, readFailure } from './failure.ts';
import type { CallPlace } from './store-error.ts';
import { storeError } from './store-error.ts';
import type { Exchange, Transport } from './transport.ts';

export interface CallsOptions {
  readonly bucket: string;
  readonly location: string;
  readonly endpoint: Endpoint;
  readonly cname: boolean;
  readonly version: 'v1' | 'v4';
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string | null;
  /** The first one included. */
  readonly maxAttempts: number;
  readonly transport: Transport;
  readonly clock: PluginHost['clock'];
}

/** What came of a call, after as many tries as it took. */
export type Outcome<T> =
  | { readonly value: T; readonly failure: null; readonly tries: number }
  | { readonly failure: Failure; readonly tries: number; readonly error: AIFlowError };

export type Doing = Pick<CallPlace, 'action' | 'key'>;

/** Milliseconds before the first retry; each further one waits twice as long, up to the longest. */
const firstPause = 200;
const longestPause = 10_000;

/** Calls to OSS: each tried again while its failure may pass, with a client of its own. */
export class Calls {
  readonly #options: CallsOptions;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** Throws the signal's reason when it aborts, and nothing else. */
  async run<T>(
    doing: Doing,
    signal: AbortSignal | undefined,
    call: (client: OSS) => Promise<T>,
  ): Promise<Outcome<T>> {
    const { maxAttempts, clock } = this.#options;
    for (let tries = 1; ; tries += 1) {
      signal?.throwIfAborted();
      const exchange: Exchange = { status: null, headers: {}, fault: null };
      try {
        return { value: await call(this.#client(exchange, signal)), failure: null, tries };
      } catch (error) {
        signal?.throwIfAborted();
        const failure = readFailure(error, exchange);
        if (!isPassing(failure) || tries >= maxAttempts) {
          return { failure, tries, error: this.#error(failure, tries, doing) };
        }
      }
      await clock.sleep(pauseAfter(tries), signal === undefined ? {} : { signal });
    }
  }

  /** As {@link run}, with every failure thrown. */
  async must<T>(
    doing: Doing,
    signal: AbortSignal | undefined,
    call: (client: OSS) => Promise<T>,
  ): Promise<T> {
    const outcome = await this.run(doing, signal, call);
    if (outcome.failure !== null) throw outcome.error;
    return outcome.value;
  }

  /** A client is made in some fifty microseconds; one for all calls would share what it counts of uploads, and the signal. */
  #client(exchange: Exchange, signal: AbortSignal | undefined): OSS {
    const { endpoint, bucket, cname, version, transport, securityToken } = this.#options;
    return new OSS({
      accessKeyId: this.#options.accessKeyId,
      accessKeySecret: this.#options.accessKeySecret,
      // The interval only says that nobody shall be warned: a token is renewed by whoever made it.
      ...(securityToken !== null && { stsToken: securityToken, refreshSTSTokenInterval: 1 }),
      bucket,
      endpoint: endpoint.url,
      ...(endpoint.region !== null && { region: `oss-${endpoint.region}` }),
      cname,
      authorizationV4: version === 'v4',
      retryMax: 0,
      urllib: { request: async (url, request) => await transport(url, request, exchange, signal) },
    });
  }

  #error(failure: Failure, tries: number, doing: Doing): AIFlowError {
    const { bucket, location, endpoint, accessKeyId, accessKeySecret, securityToken } = this.#options;
    const place: CallPlace = { ...doing, bucket, location, host: new URL(endpoint.url).host };
    const secrets = [accessKeySecret, accessKeyId, ...(securityToken === null ? [] : [securityToken])];
    return storeError(failure, tries, place, secrets);
  }
}

/** Apart from each other by chance, so that callers that failed together do not come back together. */
function pauseAfter(tries: number): number {
  return Math.min(firstPause * 2 ** (tries - 1), longestPause) * (0.5 + Math.random() / 2);
}
