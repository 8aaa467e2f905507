import type { JsonObject } from '@aiflow/core';
import { isJsonObject } from '@aiflow/core';
import type { ClusterJob } from './cluster-end.ts';
import { isLive, jobsOf } from './cluster.ts';
import { objects, textOf } from './json-parts.ts';

/** The state of the jobs on the cluster in one line: `RUNNING, 3 of 4 tasks, 120 records in, 60 out`. */
export async function labelOf({ jobManager, env }: ClusterJob): Promise<string | null> {
  const jobs = await jobsOf(jobManager, env);
  if (jobs.length === 0) return 'submitting to Flink';
  const shown = jobs.filter(isLive);
  const details: JsonObject[] = [];
  for (const { jid } of shown) {
    const found = await jobManager.job(jid);
    if (found !== null) details.push(found);
  }
  if (details.length === 0) return null;
  const states = [...new Set(details.map(({ state }) => textOf(state)))].join(' and ');
  const many = details.length > 1 ? ` (${details.length} jobs)` : '';
  const vertices = details.flatMap((detail) => objects(detail['vertices']));
  const [running, total] = [sum(details, ['RUNNING']), sum(details, null)];
  const records = `${recordsOf(vertices, 'read-records')} records in, ${recordsOf(vertices, 'write-records')} out`;
  return `${states}${many}, ${running} of ${total} tasks, ${records}`;
}

/** How many tasks are in these states; null for all. */
function sum(details: readonly JsonObject[], states: readonly string[] | null): number {
  let count = 0;
  for (const { 'status-counts': counts } of details) {
    for (const [state, tasks] of Object.entries(isJsonObject(counts) ? counts : {})) {
      if (states === null || states.includes(state)) count += Number(tasks);
    }
  }
  return count;
}

/** Flink counts what goes from task to task, and not what the first reads or the last writes outside. */
function recordsOf(vertices: readonly JsonObject[], metric: string): number {
  return vertices.reduce(
    (records, { metrics }) => records + Number(isJsonObject(metrics) ? (metrics[metric] ?? 0) : 0),
    0,
  );
}
