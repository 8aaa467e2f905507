import { createHash } from 'node:crypto';
import type { JobRuntimeEnv } from '@aiflow/core';

/**
 * The id of a Flink job, as its hexadecimal text, from the attempt's id and which of the attempt's jobs it is. It is
 * known before anything happens on the cluster, and a JobManager takes no id twice.
 */
export function flinkJobId(attemptId: string, index: number): string {
  return createHash('sha256').update(`aiflow job ${index} of ${attemptId}`).digest('hex').slice(0, 32);
}

/** The id of the savepoint that stopping a job makes: asked for again under it, it is not made twice. */
export function savepointTrigger(attemptId: string): string {
  return createHash('sha256').update(`aiflow savepoint of ${attemptId}`).digest('hex').slice(0, 32);
}

/**
 * A text in the names of an attempt's jobs and jars, by which they are found where an id cannot be chosen: Flink gives
 * the second job of one client an id of its own.
 */
export function marker(attemptId: string): string {
  return `aiflow-${createHash('sha256').update(`aiflow name of ${attemptId}`).digest('hex').slice(0, 16)}`;
}

/** What Flink's page shows as the job's name, unless a Java program gives its own. */
export function flinkJobName(env: JobRuntimeEnv): string {
  return `${env.workflowName}/${env.jobName} ${marker(env.attemptId)}`;
}

/** The option by which Flink's clients take an id; REST's `jobId` sets the same one. */
export const jobIdOption = '$internal.pipeline.job-id';

/** How many of the attempt's jobs are looked for by id. */
const idsLookedFor = 64;

/** Tells whether a job of the cluster belongs to an attempt. */
export function belongsTo(
  attemptId: string,
): (job: { readonly jid: string; readonly name: string }) => boolean {
  const ids = new Set<string>();
  for (let index = 0; index < idsLookedFor; index += 1) ids.add(flinkJobId(attemptId, index));
  const first = flinkJobId(attemptId, 0);
  // Flink 2.3 numbers the further jobs of a program by counting up both halves of the first one's id.
  for (let further = 1; further < idsLookedFor; further += 1) ids.add(countedUp(first, further));
  const name = marker(attemptId);
  return (job) => ids.has(job.jid) || job.name.includes(name);
}

function countedUp(id: string, by: number): string {
  const half = (text: string): string =>
    BigInt.asUintN(64, BigInt(`0x${text}`) + BigInt(by))
      .toString(16)
      .padStart(16, '0');
  return half(id.slice(0, 16)) + half(id.slice(16));
}
