import { join } from 'node:path';
import type { JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError, attemptsOfJob, messageOf } from '@aiflow/core';
import type { FlinkSettings } from './options.ts';
import type { SavepointRecord } from './records.ts';
import { publishEvent, readJson, savepointFile, savepointRecord } from './records.ts';

/**
 * The savepoint that an attempt is to start from; null for none. `last` is the newest one that stopping this job has
 * made, in whichever execution on this machine, and none the first time.
 */
export async function savepointToStartFrom(
  { savepoint }: Pick<FlinkSettings, 'savepoint'>,
  env: JobRuntimeEnv,
): Promise<string | null> {
  if (savepoint === undefined) return null;
  if (savepoint !== 'last') return savepoint;
  const found = (await recordsOf(env)).toSorted((a, b) => b.time - a.time);
  return found[0]?.location ?? null;
}

/** Publishes the savepoint that stopping an attempt has made, once, and keeps its path for a later start. */
export async function tellOfSavepoint(env: JobRuntimeEnv, location: string): Promise<void> {
  if ((await savepointRecord.read(env))?.location === location) return;
  await publishEvent(env, 'flink-savepoint', {
    key: env.jobName,
    value: location,
    event_type: 'FLINK_SAVEPOINT',
    namespace: 'default',
  });
  const { projectName: project, workflowName: workflow, jobName: job } = env;
  await savepointRecord.write(env, { project, workflow, job, location, time: env.clock.now() });
}

/** The records of the attempts of the same job. */
async function recordsOf(env: JobRuntimeEnv): Promise<readonly SavepointRecord[]> {
  const found: SavepointRecord[] = [];
  for (const attempt of await attemptsOf(env)) {
    const record = (await readJson(join(attempt, savepointFile()))) as SavepointRecord | null;
    if (record !== null && isSameJob(record, env)) found.push(record);
  }
  return found;
}

async function attemptsOf(env: JobRuntimeEnv): Promise<readonly string[]> {
  try {
    return await attemptsOfJob(env);
  } catch (cause) {
    const message = `cannot look for savepoints of earlier attempts of job "${env.jobName}": ${messageOf(cause)}`;
    throw new AIFlowError('flink.savepoints_unreadable', message, { cause });
  }
}

function isSameJob({ project, workflow, job }: SavepointRecord, env: JobRuntimeEnv): boolean {
  return project === env.projectName && workflow === env.workflowName && job === env.jobName;
}
