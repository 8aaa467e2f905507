import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobResult, JobRuntimeEnv, Json } from '@aiflow/core';
import { AIFlowError, errorCode } from '@aiflow/core';

/** How far a submission over REST has come; written before each step, for whoever finds the attempt after a crash. */
export interface SubmissionRecord {
  /**
   * `preparing`: nothing that counts has begun. `submitting`: Flink may have the job or not. `submitted`: it has.
   * `refused`: Flink said no, and has nothing.
   */
  readonly step: 'preparing' | 'submitting' | 'submitted' | 'refused';
  /** The uploaded jar, by Flink's id. */
  readonly jar?: string;
  /** The session at the SQL gateway. */
  readonly session?: string;
  /** Which JobManager it was that may have taken the job. */
  readonly instance?: string | null;
  /** The SELECTs that run. */
  readonly queries?: readonly QueryRecord[];
  /** How many jobs there are on the cluster when all is submitted. */
  readonly jobs?: number;
}

/** A SELECT: whose rows it gives, its operation at the SQL gateway, and its job on the cluster. */
export interface QueryRecord {
  readonly node: string;
  readonly operation: string;
  readonly jobId: string;
}

/** The savepoint that stopping a job has made. */
export interface SavepointRecord {
  readonly project: string;
  readonly workflow: string;
  readonly job: string;
  readonly location: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** A file of the attempt's state directory that appears whole, or not at all. */
export interface RecordFile<T> {
  read(env: JobRuntimeEnv): Promise<T | null>;
  write(env: JobRuntimeEnv, value: T): Promise<void>;
}

export const submissionRecord: RecordFile<SubmissionRecord> = recordFile('flink-submission.json');
export const resultRecord: RecordFile<JobResult> = recordFile('flink-result.json');
export const savepointRecord: RecordFile<SavepointRecord> = recordFile(savepointFile());
/** That a stop was asked for, and whether a command that may make a savepoint is under way for it. */
export const stopRecord: RecordFile<{ readonly asked: number; readonly isUnderWay?: true }> =
  recordFile('flink-stop.json');
/** That a job was seen to go on without the client that began it. */
export const outlivedRecord: RecordFile<{ readonly seen: number }> = recordFile('flink-outlived.json');

export function savepointFile(): string {
  return 'flink-savepoint.json';
}

function recordFile<T>(name: string): RecordFile<T> {
  return {
    read: async (env) => (await readJson(join(env.stateDir, name))) as T | null,
    write: async (env, value) => writeJson(join(env.stateDir, name), value),
  };
}

/** The JSON of a file; null when there is none. */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const message = `expected JSON that AIFlow wrote in ${path}, found something else: another program wrote there`;
    throw new AIFlowError('flink.record_unreadable', message, { context: { path }, cause });
  }
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  const beside = `${path}.${randomUUID()}.tmp`;
  await writeFile(beside, JSON.stringify(value));
  await rename(beside, path);
}

/** Puts an event where the scheduler takes it. The same name again replaces what was not taken yet. */
export async function publishEvent(
  env: JobRuntimeEnv,
  name: string,
  event: Readonly<Record<'key' | 'value' | 'event_type' | 'namespace', string>>,
): Promise<void> {
  const hidden = join(env.outboxDir, `.${name}.tmp`);
  await writeFile(hidden, JSON.stringify(event satisfies Json));
  await rename(hidden, join(env.outboxDir, `${name}.json`));
}
