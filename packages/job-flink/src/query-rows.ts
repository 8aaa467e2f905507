import { join } from 'node:path';
import type { JobRuntimeEnv, Json, JsonObject } from '@aiflow/core';
import { isAIFlowError } from '@aiflow/core';
import { refused } from './http.ts';
import { textOf } from './json-parts.ts';
import type { QueryRecord } from './records.ts';
import { readJson, writeJson } from './records.ts';
import type { SqlGateway } from './sql-gateway.ts';
import type { SubmissionState } from './submission.ts';

/** The rows of a SELECT as far as they were fetched. */
interface Fetched {
  readonly page: number;
  readonly rows: readonly JsonObject[];
  readonly end: 'none' | 'all' | 'cut';
}

export interface Queries {
  readonly gateway: SqlGateway;
  readonly session: string;
  readonly queries: readonly QueryRecord[];
  readonly jobs: number;
  readonly limit: number;
}

/**
 * Fetches what rows there are. A page is written down before the next is asked for: the gateway gives one again only as
 * long as nobody has asked for the next. A SELECT with more rows than are kept is ended.
 */
export async function collectRows(
  { gateway, session, queries, jobs, limit }: Queries,
  env: JobRuntimeEnv,
): Promise<SubmissionState> {
  const values: Record<string, Json> = {};
  const cut: string[] = [];
  for (const query of queries) {
    const file = join(env.stateDir, `flink-rows-${query.operation}.json`);
    let fetched = ((await readJson(file)) as Fetched | null) ?? { page: 0, rows: [], end: 'none' };
    while (fetched.end === 'none') {
      try {
        const { kind, rows } = await gateway.rows(session, query.operation, fetched.page);
        if (kind === 'later') return { kind: 'under_way', cut };
        fetched = next(fetched, rows, kind === 'last', limit);
      } catch (error) {
        if (!isAIFlowError(error, refused)) throw error;
        const message = `the rows of node "${query.node}" cannot be had: ${textOf(error.context['reason'])}`;
        const context = { node_id: query.node, stack_trace: error.context['said'] ?? '' };
        return { kind: 'failed', error: { code: 'flink.query_failed', message, context }, cut };
      }
      if (fetched.end === 'cut') await gateway.cancel(session, query.operation);
      await writeJson(file, fetched);
    }
    values[query.node] = fetched.rows;
    if (fetched.end === 'cut') cut.push(query.jobId);
  }
  return { kind: 'done', jobs, values, cut };
}

function next({ page, rows }: Fetched, more: readonly JsonObject[], isLast: boolean, limit: number): Fetched {
  const all = [...rows, ...more];
  if (isLast && all.length <= limit) return { page, rows: all, end: 'all' };
  return { page: page + 1, rows: all.slice(0, limit), end: all.length > limit ? 'cut' : 'none' };
}
