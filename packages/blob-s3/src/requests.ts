import type { PluginHost } from '@aiflow/core';
import { abortable, AIFlowError, isAIFlowError } from '@aiflow/core';
import type { Connection } from './connection.ts';
import { connect } from './connection.ts';
import { Deadline } from './deadline.ts';
import type { Fault } from './fault.ts';
import { faultOf, refusesChecksums, statusOf, wordsOf } from './fault.ts';
import { once } from './once.ts';
import type { S3BlobManagerOptions } from './options.ts';

/** What is asked of the bucket, in the words of its error. */
export interface Request {
  readonly action: 'write' | 'read' | 'look at' | 'list' | 'delete';
  /** As the bucket has it, with the root. */
  readonly key: string;
  /** How many bytes are sent with it. */
  readonly size?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Attempt extends Connection {
  /** To be given to the SDK: it ends when the time is over, too. */
  readonly signal: AbortSignal;
  /** 1 at first. When it is more, an earlier one may have been carried out without our hearing of it. */
  readonly number: number;
  /** Must be told of what is to come and of what came, or it ends too early. */
  readonly deadline: Deadline;
}

export type Make<T> = (attempt: Attempt) => Promise<T>;

/** What is shorter is part of many words, and protects nothing. */
const shortestSecret = 4;
/** The longest pause between two attempts, in milliseconds. */
const longestPause = 20_000;

/** Makes requests until they go well, stay wrong, or have been made often enough. */
export class S3Requests {
  readonly #options: S3BlobManagerOptions;
  readonly #host: Pick<PluginHost, 'clock' | 'logger'>;
  /** After so many milliseconds without a byte an attempt ends. */
  readonly silence: number;
  #checksums: boolean;
  #connect: () => Promise<Connection>;

  constructor(options: S3BlobManagerOptions, host: Pick<PluginHost, 'clock' | 'logger'>) {
    this.#options = options;
    this.#host = host;
    this.silence = options.timeout_seconds * 1000;
    this.#checksums = options.checksum_algorithm !== 'none';
    this.#connect = once(async () => await connect(options, this.#checksums));
  }

  /** Whether checksums are sent along; not when the server turned out to refuse them. */
  get checksums(): boolean {
    return this.#checksums;
  }

  /** Loads the SDK, so that the first request finds it there; what goes wrong is told by that. */
  prepare(): void {
    void this.#connect().catch(() => undefined);
  }

  async run<T>(request: Request, make: Make<T>): Promise<T> {
    const { signal, size = 0 } = request;
    for (let number = 1; ; number += 1) {
      signal?.throwIfAborted();
      const checksums = this.#checksums;
      const deadline = new Deadline(this.silence, size, signal);
      try {
        const connection = await this.#connect();
        const attempt = { ...connection, signal: deadline.signal, number, deadline };
        return await abortable(make(attempt), deadline.signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (isAIFlowError(error)) throw error;
        if (checksums && refusesChecksums(error)) {
          this.#goWithoutChecksums(error);
          number -= 1;
          continue;
        }
        const fault = faultOf(error, deadline.isOver);
        if (!fault.isPassing || number >= this.#options.max_attempts) {
          throw await this.#error(request, fault, number, error);
        }
        await this.#host.clock.sleep(pauseAfter(number, fault), signal === undefined ? {} : { signal });
      } finally {
        deadline.clear();
      }
    }
  }

  #goWithoutChecksums(error: unknown): void {
    if (!this.#checksums) return;
    this.#checksums = false;
    this.#connect = once(async () => await connect(this.#options, false));
    const { bucket_name: bucket } = this.#options;
    this.#host.logger.warn(
      `the server of the bucket "${bucket}" does not take checksums, so none are sent from now on`,
      { bucket, host: this.#hostName, name: faultOf(error, false).name },
    );
  }

  get #hostName(): string {
    const { endpoint_url } = this.#options;
    return endpoint_url === undefined ? 'amazonaws.com' : new URL(endpoint_url).host;
  }

  /** The SDK's own error also holds headers and what was signed, so only its words are kept. */
  async #error(request: Request, fault: Fault, attempts: number, error: unknown): Promise<AIFlowError> {
    const { bucket_name: bucket } = this.#options;
    const { action, key } = request;
    const { code, name, status, requestId, advice } = fault;
    const host = this.#hostName;
    const said = mask(wordsOf(error), await this.#secrets(error)).slice(0, 300);
    const what = said === '' || said === name ? name : `${name} (${said})`;
    const times = attempts === 1 ? '' : `, ${attempts} times`;
    return new AIFlowError(
      code,
      `could not ${action}${key === '' ? '' : ` "${key}" in`} the bucket "${bucket}" at ${host}: ${what}${times}; ${advice}`,
      {
        context: { bucket, key, host, status, name, requestId, attempts },
        cause: Object.assign(new Error(said === '' ? name : said), { name, code: name }),
      },
    );
  }

  /** What a server may have put into its answer, from wherever the credentials came. */
  async #secrets(error: unknown): Promise<readonly string[]> {
    const { access_key_id, secret_access_key, session_token } = this.#options;
    const configured = [access_key_id, secret_access_key, session_token];
    const found = access_key_id === undefined && statusOf(error) !== null ? await this.#found() : [];
    return [...configured, ...found].filter(
      (secret): secret is string => (secret ?? '').length >= shortestSecret,
    );
  }

  async #found(): Promise<readonly (string | undefined)[]> {
    try {
      const { client } = await this.#connect();
      const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
      return [accessKeyId, secretAccessKey, sessionToken];
    } catch {
      return [];
    }
  }
}

/** Longer each time, and by chance, so that many that failed together do not come back together. */
function pauseAfter(attempt: number, { isThrottle, retryAfter }: Fault): number {
  const most = Math.min(longestPause, (isThrottle ? 500 : 100) * 2 ** (attempt - 1));
  const pause = most / 2 + Math.random() * (most / 2);
  return Math.min(longestPause, Math.max(retryAfter ?? 0, pause));
}

function mask(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}
