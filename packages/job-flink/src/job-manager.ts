import { openAsBlob } from 'node:fs';
import type { Json, JsonObject } from '@aiflow/core';
import { isAIFlowError, isJsonObject } from '@aiflow/core';
import { FlinkServer, refused } from './http.ts';
import { objects, textOf } from './json-parts.ts';

/** A job as the JobManager's overview lists it. */
export interface ListedJob {
  readonly jid: string;
  readonly name: string;
  readonly state: string;
}

/** What `POST /jars/{id}/run` takes. */
export interface JarRun {
  readonly jobId: string;
  readonly entryClass: string | null;
  readonly args: readonly string[];
  readonly parallelism: number | null;
  readonly savepoint: string | null;
  readonly allowNonRestoredState: boolean;
  readonly configuration: Readonly<Record<string, string>>;
}

export type SavepointAnswer =
  | { readonly kind: 'under_way' }
  | { readonly kind: 'made'; readonly location: string }
  | { readonly kind: 'failed'; readonly stackTrace: string };

/**
 * The REST interface of a JobManager, as far as we use it:
 * https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/rest_api/.
 */
export class JobManager {
  readonly #server: FlinkServer;

  /** `patience` is how long an answer may take, in milliseconds; half a minute unless said. */
  constructor(address: string, patience?: number) {
    this.#server = new FlinkServer('the JobManager', address, patience);
  }

  get url(): string {
    return this.#server.url;
  }

  /** What tells this JobManager from one that was started anew at its address; null when it does not show it. */
  async instance(): Promise<string | null> {
    const entries = await this.#server.askForList('/jobmanager/config');
    return textOf(objects(entries).find(({ key }) => key === 'web.tmpdir')?.['value']) || null;
  }

  /** Uploads a jar under a name, and gives the id that Flink makes of it. */
  async uploadJar(path: string, name: string): Promise<string> {
    const form = new FormData();
    form.set('jarfile', await openAsBlob(path, { type: 'application/x-java-archive' }), name);
    const { filename } = await this.#server.ask('/jars/upload', {
      method: 'POST',
      body: form,
      patience: 600_000,
    });
    return textOf(filename).replace(/^.*[\\/]/, '');
  }

  /** The ids of the jars whose name holds a text. */
  async jarsNamed(part: string): Promise<readonly string[]> {
    const { files } = await this.#server.ask('/jars');
    return objects(files)
      .filter(({ name }) => textOf(name).includes(part))
      .map(({ id }) => textOf(id));
  }

  async deleteJar(id: string): Promise<void> {
    try {
      await this.#server.ask(`/jars/${encodeURIComponent(id)}`, { method: 'DELETE' });
    } catch (error) {
      if (!isAIFlowError(error, refused)) throw error; // it is gone already
    }
  }

  /** Runs the program in a jar, as long as that takes: the JobManager answers when it has ended or its job has begun. */
  async runJar(id: string, run: JarRun): Promise<void> {
    const body: JsonObject = {
      jobId: run.jobId,
      programArgsList: run.args,
      flinkConfiguration: run.configuration,
      allowNonRestoredState: run.allowNonRestoredState,
      ...(run.entryClass === null ? {} : { entryClass: run.entryClass }),
      ...(run.parallelism === null ? {} : { parallelism: run.parallelism }),
      ...(run.savepoint === null ? {} : { savepointPath: run.savepoint }),
    };
    await this.#server.ask(`/jars/${encodeURIComponent(id)}/run`, {
      method: 'POST',
      body,
      patience: 600_000,
    });
  }

  async jobs(signal?: AbortSignal): Promise<readonly ListedJob[]> {
    const { jobs } = await this.#server.ask('/jobs/overview', { signal });
    return objects(jobs).map(({ jid, name, state }) => ({
      jid: textOf(jid),
      name: textOf(name),
      state: textOf(state),
    }));
  }

  /** All that is said of a job; null when the JobManager does not know it. */
  async job(id: string): Promise<JsonObject | null> {
    return await this.#orNull(`/jobs/${id}`);
  }

  /** The accumulators of a job by name, as texts. */
  async accumulators(id: string): Promise<Readonly<Record<string, string>>> {
    const found = await this.#orNull(`/jobs/${id}/accumulators`);
    const entries = objects(found?.['user-task-accumulators']);
    // Rows on their way to a client are kept in one, too.
    const own = entries.filter(({ type }) => type !== 'SerializedListAccumulator');
    return Object.fromEntries(own.map(({ name, value }) => [textOf(name), textOf(value)]));
  }

  /** The stack trace of why a job failed; null when it has none. */
  async failure(id: string): Promise<string | null> {
    const found = await this.#orNull(`/jobs/${id}/exceptions`);
    const history = found?.['exceptionHistory'];
    const [last] = objects(isJsonObject(history) ? history['entries'] : null);
    const trace = last?.['stacktrace'] ?? found?.['root-exception'];
    if (typeof trace === 'string') return trace;
    // A job that failed before it had tasks has no history.
    const result = await this.#orNull(`/jobs/${id}/execution-result`);
    const execution = result?.['job-execution-result'];
    const cause = isJsonObject(execution) ? execution['failure-cause'] : null;
    const stack = isJsonObject(cause) ? cause['stack-trace'] : null;
    return typeof stack === 'string' ? stack : null;
  }

  /** Asks for a job to be cancelled; harmless when it has ended or is not known. */
  async cancel(id: string): Promise<void> {
    try {
      await this.#server.ask(`/jobs/${id}?mode=cancel`, { method: 'PATCH' });
    } catch (error) {
      if (!isAIFlowError(error, refused) || !isOver(error.context['status'])) throw error;
    }
  }

  async stopWithSavepoint(id: string, trigger: string, directory: string | null): Promise<void> {
    const body: JsonObject = {
      triggerId: trigger,
      drain: false,
      ...(directory === null ? {} : { targetDirectory: directory }),
    };
    await this.#server.ask(`/jobs/${id}/stop`, { method: 'POST', body });
  }

  /** What became of a savepoint; null when the JobManager does not know it. */
  async savepoint(id: string, trigger: string): Promise<SavepointAnswer | null> {
    const found = await this.#orNull(`/jobs/${id}/savepoints/${trigger}`);
    if (found === null) return null;
    const { status, operation } = found;
    if (!isJsonObject(status) || status['id'] !== 'COMPLETED') return { kind: 'under_way' };
    const { location, 'failure-cause': cause } = isJsonObject(operation) ? operation : {};
    if (typeof location === 'string') return { kind: 'made', location };
    return {
      kind: 'failed',
      stackTrace: textOf(isJsonObject(cause) ? cause['stack-trace'] : null) || 'it gave no reason',
    };
  }

  async #orNull(path: string): Promise<JsonObject | null> {
    try {
      return await this.#server.ask(path);
    } catch (error) {
      if (isAIFlowError(error, refused) && isUnknown(error.context)) return null;
      throw error;
    }
  }
}

/** Some handlers answer 404 for what they do not know, and some 500 with the exception's name. */
function isUnknown({ status, said }: JsonObject): boolean {
  return status === 404 || /FlinkJobNotFoundException|UnknownOperationKey|UnknownJobId/.test(textOf(said));
}

function isOver(status: Json | undefined): boolean {
  return status === 404 || status === 409;
}
