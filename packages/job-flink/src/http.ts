import { AIFlowError, isJsonObject, messageOf } from '@aiflow/core';
import type { JsonObject } from '@aiflow/core';
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
  /** How long an answer may take, in milliseconds; half a minute unless said. */
  readonly patience?: number;
}

/** One of Flink's REST servers. */
export class FlinkServer {
  /** Its address without a slash at the end. */
  readonly url: string;
  readonly #what: string;

  constructor(what: string, address: string) {
    this.#what = what;
    this.url = withScheme(address);
  }

  /**
   * Asks, and gives the answer's JSON; `{}` for none. Throws `flink.refused` with the root of the exception that the
   * server gave and the status in its context, `flink.unreachable` when there was no answer, and a signal's reason.
   */
  async ask(
    path: string,
    { method = 'GET', body, signal, patience = 30_000 }: Request = {},
  ): Promise<JsonObject> {
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
      throw this.#unreachable(
        messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error),
        error,
      );
    }
  }

  #answer(path: string, status: number, text: string): JsonObject {
    const found = parse(text);
    if (status >= 200 && status < 300 && found !== null) return found;
    // While another JobManager takes the lead, and from proxies whose server is gone.
    if (status === 502 || status === 503 || status === 504)
      throw this.#unreachable(`status ${status}`, undefined);
    const said = errorsIn(found) ?? text;
    const cause = rootCause(said);
    throw new AIFlowError(refused, `${this.#what} at ${this.url} refused: ${cause.message}`, {
      context: { status, path, exception: cause.name, said: said.slice(0, 8000) },
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

function parse(text: string): JsonObject | null {
  if (text.trim() === '') return {};
  try {
    const found: unknown = JSON.parse(text);
    return isJsonObject(found) ? found : null;
  } catch {
    return null; // the caller says what it got instead
  }
}

function errorsIn(answer: JsonObject | null): string | null {
  const errors = answer?.['errors'];
  return Array.isArray(errors) ? errors.map(textOf).join('\n') : null;
}
