import type { Json, JsonObject } from '@aiflow/core';
import { AIFlowError, isAIFlowError, isJsonObject } from '@aiflow/core';
import { FlinkServer, refused } from './http.ts';
import { objects, textOf } from './json-parts.ts';

/** A page of an operation's rows. */
export interface RowPage {
  /** `later`: there is nothing yet; `last`: there are no more after these. */
  readonly kind: 'later' | 'more' | 'last';
  readonly rows: readonly JsonObject[];
}

/**
 * The REST interface of a SQL gateway, as far as we use it:
 * https://nightlies.apache.org/flink/flink-docs-stable/docs/sql/interfaces/sql-gateway/rest/.
 */
export class SqlGateway {
  readonly #server: FlinkServer;

  constructor(address: string) {
    this.#server = new FlinkServer('the SQL gateway', address);
  }

  get url(): string {
    return this.#server.url;
  }

  async openSession(name: string, properties: Readonly<Record<string, string>>): Promise<string> {
    const body = { sessionName: name, properties };
    const answer = await this.#server.ask('/sessions', { method: 'POST', body });
    return textOf(answer['sessionHandle']);
  }

  /** Whether the gateway still has a session; asking keeps it from growing too old. */
  async keepsSession(session: string): Promise<boolean> {
    try {
      await this.#server.ask(`/sessions/${session}/heartbeat`, { method: 'POST', body: {} });
      return true;
    } catch (error) {
      if (isAIFlowError(error, refused)) return false;
      throw error;
    }
  }

  /** Ends a session with all of its operations; harmless when there is none. */
  async closeSession(session: string): Promise<void> {
    try {
      await this.#server.ask(`/sessions/${session}`, { method: 'DELETE' });
    } catch (error) {
      if (!isAIFlowError(error, refused)) throw error;
    }
  }

  /** Begins a statement, and gives its operation. */
  async begin(
    session: string,
    statement: string,
    configuration: Readonly<Record<string, string>>,
  ): Promise<string> {
    const body = { statement, executionConfig: configuration };
    const answer = await this.#server.ask(`/sessions/${session}/statements`, { method: 'POST', body });
    return textOf(answer['operationHandle']);
  }

  /** `FINISHED` when its job has begun or what makes no job is done; `ERROR`, `CANCELED`, `TIMEOUT`, `CLOSED` are ends, too. */
  async status(session: string, operation: string): Promise<string> {
    return textOf((await this.#server.ask(`${pathOf(session, operation)}/status`))['status']);
  }

  /** A page of rows. The page before the next may be asked for again. Throws `flink.refused` with why it failed. */
  async rows(session: string, operation: string, page: number): Promise<RowPage> {
    const answer = await this.#server.ask(`${pathOf(session, operation)}/result/${page}?rowFormat=JSON`);
    const { resultType, results } = answer;
    if (resultType === 'NOT_READY' || !isJsonObject(results)) return { kind: 'later', rows: [] };
    const names = objects(results['columns']).map(({ name }) => textOf(name));
    const rows = objects(results['data']).map((row) => rowOf(names, row));
    return { kind: resultType === 'EOS' ? 'last' : 'more', rows };
  }

  async cancel(session: string, operation: string): Promise<void> {
    try {
      await this.#server.ask(`${pathOf(session, operation)}/cancel`, { method: 'POST', body: {} });
    } catch (error) {
      if (!isAIFlowError(error, refused)) throw error;
    }
  }

  /** Why an operation failed, in one line, with the whole trace. */
  async failure(
    session: string,
    operation: string,
  ): Promise<{ readonly message: string; readonly trace: string }> {
    try {
      await this.rows(session, operation, 0);
      return { message: 'it gave no reason', trace: '' };
    } catch (error) {
      if (!isAIFlowError(error, refused)) throw error;
      return { message: textOf(error.context['reason']), trace: textOf(error.context['said']) };
    }
  }
}

function pathOf(session: string, operation: string): string {
  return `/sessions/${session}/operations/${operation}`;
}

/** A row by its columns. What is no new row of a changing result says what it is. */
function rowOf(names: readonly string[], { kind, fields }: JsonObject): JsonObject {
  if (!Array.isArray(fields))
    throw new AIFlowError('flink.refused', 'the SQL gateway gave a row without fields');
  const values: readonly Json[] = fields;
  const row: Record<string, Json> = {};
  for (const [index, name] of names.entries()) row[name] = values[index] ?? null;
  return kind === 'INSERT' ? row : { $kind: textOf(kind), ...row };
}
