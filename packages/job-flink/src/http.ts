import { AIFlowError, isJsonObject, messageOf } from '@aiflow/core';
import type { Json, JsonObject } from '@aiflow/core';
import { textOf } from './json-parts.ts';
import { rootCause } from './root-cause.ts';

/** A server that did not answer, or not yet: whether it did what was asked is not known. */
export const unreachable = 'flink.unreachable';
/** A server that said no. */
export const refused = 'flink.refused';

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: JsonObject | FormData;
  readonly signal?: AbortSignal | undefined;
  /** How long an answer may take, in milliseconds; as long as the server's usual ones unless said. */
  readonly patience?: number;
}

/** How long an answer may take, in milliseconds. */
const usualPatience = 30_000;

/** One of Flink's REST servers. */
export class FlinkServer {
  /** Its address without a slash at the end. */
  readonly url: string;
  readonly #what: string;
  readonly #patience: number;

  constructor(what: string, address: string, patience: number = usualPatience) {
    this.#what = what;
    this.#patience = patience;
    this.url = withScheme(address);
  }

  /**
   * Asks, and gives the answer's JSON; `{}` for none. Throws `flink.refused` with the root of the exception that the
   * server gave and the status in its context, `flink.unreachable` when there was no answer, and a signal's reason.
   */
  async ask(path: string, request: Request = {}): Promise<JsonObject> {
    const found = await this.#send(path, request);
    if (isJsonObject(found)) return found;
    throw this.#refused(path, 200, 'it answered something other than an object');
  }

  /** The same for what answers with a list. */
  async askForList(path: string): Promise<Json> {
    return await this.#send(path, {});
  }

  async #send(
    path: string,
    { method = 'GET', body, signal, patience = this.#patience }: Request,
  ): Promise<Json> {
    signal?.throwIfAborted();
    const late = AbortSignal.timeout(patience);
    const isForm = body instanceof FormData;
    try {
      const response = await fetch(`${this.url}/v1${path}`, {
        method,
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
        ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
        ...(body === undefined || isForm ? {} : { headers: { 'content-type': 'application/json' } }),
      });
      return this.#answer(path, response.status, await response.text());
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof AIFlowError) throw error;
      const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw this.#unreachable(messageOf(reason), error);
    }
  }

  #answer(path: string, status: number, text: string): Json {
    const found = parse(text);
    if (status >= 200 && status < 300 && found !== null) return found;
    // While another JobManager takes the lead, and from proxies whose server is gone.
    if (status === 502 || status === 503 || status === 504)
      throw this.#unreachable(`status ${status}`, undefined);
    throw this.#refused(path, status, errorsIn(found) ?? text);
  }

  #refused(path: string, status: number, said: string): AIFlowError {
    const { name, message } = rootCause(said);
    return new AIFlowError(refused, `${this.#what} at ${this.url} refused: ${message}`, {
      context: { status, path, exception: name, reason: message, said: said.slice(0, 16_000) },
    });
  }

  #unreachable(why: string, cause: unknown): AIFlowError {
    return new AIFlowError(
      unreachable,
      `${this.#what} at ${this.url} does not answer (${why}): is it running, and is this its REST address?`,
      { context: { url: this.url }, cause },
    );
  }
}

/** The address with its scheme and without a slash at the end. */
function withScheme(address: string): string {
  return (/^https?:\/\//.test(address) ? address : `http://${address}`).replace(/\/+$/, '');
}

function parse(text: string): Json {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null; // the caller says what it got instead
  }
}

function errorsIn(answer: Json): string | null {
  const errors = isJsonObject(answer) ? answer['errors'] : null;
  return Array.isArray(errors) ? errors.map(textOf).join('\n') : null;
}
