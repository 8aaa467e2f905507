import { pause } from '@aiflow/core';
import { failureError } from './failure-error.ts';
import type { Failure } from './failure.ts';
import { failureWith, remedyFor } from './failure.ts';
import type { HttpRequest } from './http.ts';
import type { NameNodes } from './name-nodes.ts';
import type { Outcome, Servers } from './servers.ts';

export interface Operation {
  /** WebHDFS's own name, such as `GETFILESTATUS`. */
  readonly name: string;
  readonly method: HttpRequest['method'];
  /** The path in HDFS, asked for anew at each attempt. */
  readonly path: () => string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** What is sent to the DataNode; without it a NameNode's answer is as good as a DataNode's. */
  readonly body?: Uint8Array;
  /** It is not tried again after a failure, except at another NameNode. */
  readonly isOnce?: boolean;
  /** Failures that are an answer as good as any. */
  readonly accepts?: (failure: Failure) => boolean;
}

export interface Reply extends Outcome {
  /** Whether an earlier attempt may have taken effect without our having been told. */
  readonly isUncertain: boolean;
}

export interface CallerOptions {
  readonly location: string;
  readonly nameNodes: NameNodes;
  readonly servers: Servers;
  readonly user: string;
  /** The first one included; asking another NameNode at once is part of the same one. */
  readonly maxAttempts: number;
  /** How long it waits before the first repetition, in milliseconds; each further one waits twice as long. */
  readonly firstPauseMs: number;
}

const longestPauseMs = 8_000;

/** Calls operations of WebHDFS until there is an answer, and gives up at some time. */
export class Caller {
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  /**
   * The answer, or a failure that the operation accepts. What may pass is tried again: at once at another NameNode
   * when one is not the active one or cannot be reached, else after a pause. Throws what remains, as a coded error.
   */
  async call(operation: Operation, signal: AbortSignal | undefined): Promise<Reply> {
    const { nameNodes } = this.#options;
    const maxAttempts = operation.isOnce === true ? 1 : this.#options.maxAttempts;
    const excluded = new Set<string>();
    let isUncertain = false;
    let asked = 1;
    for (let attempt = 1; ; asked += 1) {
      const nameNode = nameNodes.current;
      const path = operation.path();
      const outcome = await this.#attempt(operation, path, nameNode, excluded, signal);
      const { failure } = outcome;
      if (failure === null || operation.accepts?.(failure) === true) return { ...outcome, isUncertain };
      isUncertain ||= failure.exception === null;
      const remedy = remedyFor(failure);
      if (remedy === 'none') throw this.error({ ...operation, path: () => path }, failure, attempt);
      // A NameNode on standby names a DataNode to write to all the same, which is then told that it is on standby.
      const isNameNodes = failure.url === nameNode || failure.exception === 'StandbyException';
      if (isNameNodes) nameNodes.leave(nameNode);
      if (isNameNodes && remedy === 'elsewhere' && asked < nameNodes.count) continue;
      if (attempt >= maxAttempts) throw this.error({ ...operation, path: () => path }, failure, attempt);
      await this.#pauseAfter(attempt, signal);
      attempt += 1;
      asked = 0;
    }
  }

  /**
   * Asks a NameNode, and the DataNode that it names. `excluded` are those that failed before: the NameNode is to name
   * another one, or the same when there is no other.
   */
  async #attempt(
    operation: Operation,
    path: string,
    nameNode: URL,
    excluded: Set<string>,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const { servers } = this.#options;
    const { method, body = null } = operation;
    const told = await servers.ask(nameNode, {
      method,
      url: this.#url(operation, path, nameNode, excluded),
      body: null,
      signal,
    });
    if (told.failure?.status === 403 && excluded.size > 0) {
      excluded.clear();
      return await this.#attempt(operation, path, nameNode, excluded, signal);
    }
    const { dataNode } = told;
    if (dataNode === null) {
      if (told.failure !== null || body === null) return told;
      return { ...told, failure: failureWith(nameNode, 'it named no DataNode to write to') };
    }
    const outcome = await servers.ask(dataNode, { method, url: dataNode, body, signal });
    if (outcome.failure?.status === null) excluded.add(hostOf(outcome.failure));
    if (outcome.dataNode === null) return outcome;
    return {
      ...outcome,
      failure: failureWith(dataNode, 'it sends us on, which is not for a DataNode to do'),
    };
  }

  #url({ name, parameters }: Operation, path: string, nameNode: URL, excluded: ReadonlySet<string>): URL {
    const query = new URLSearchParams({ op: name, 'user.name': this.#options.user, ...parameters });
    if (excluded.size > 0) query.set('excludedatanodes', [...excluded].join(','));
    const url = new URL(nameNode);
    url.pathname += path.split('/').map(encodeURIComponent).join('/');
    url.search = query.toString();
    return url;
  }

  async #pauseAfter(attempt: number, signal: AbortSignal | undefined): Promise<void> {
    const longest = Math.min(this.#options.firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
    // Many callers that were refused at once do not all come back at once.
    await pause(longest * (0.5 + Math.random() / 2), signal);
  }

  /** What a caller is told of a failure that ends the call. */
  error(operation: Operation, failure: Failure, attempts = 1): Error {
    const { location, user } = this.#options;
    const { name, path } = operation;
    return failureError(failure, { location, operation: name, path: path(), user, attempts });
  }
}

/** A DataNode as `excludedatanodes` takes it: by its IP address, which the system tells where it knew it. */
function hostOf({ url, cause }: Failure): string {
  const address: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'address') : null;
  return typeof address === 'string' ? address : url.hostname;
}
