import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../errors.ts';
import type { Json } from '../json.ts';
import type { JobRuntimeEnv } from '../run/env.ts';
import type { JobResult } from '../run/job-plugin.ts';

/** How an attempt ended, with the data of its handle. */
export interface KeptEnd {
  readonly data: Json;
  readonly result: JobResult;
}

const begunFile = (env: JobRuntimeEnv): string => join(env.stateDir, 'handler.begun');
const endFile = (env: JobRuntimeEnv): string => join(env.stateDir, 'handler.end.json');

/** Says on disk that an attempt may have begun; called before anything happens outside. */
export async function markBegun(env: JobRuntimeEnv): Promise<void> {
  await writeFile(begunFile(env), '');
}

/** Takes it back: nothing has begun. */
export async function forget(env: JobRuntimeEnv): Promise<void> {
  await rm(begunFile(env), { force: true });
}

export async function hasBegun(env: JobRuntimeEnv): Promise<boolean> {
  return (await unlessAbsent(access(begunFile(env)).then(() => true))) ?? false;
}

/** Keeps the end; whoever reads it finds all of it or nothing. */
export async function writeEnd(env: JobRuntimeEnv, end: KeptEnd): Promise<void> {
  const path = endFile(env);
  await writeFile(`${path}.new`, JSON.stringify(end));
  await rename(`${path}.new`, path);
}

export async function readEnd(env: JobRuntimeEnv): Promise<KeptEnd | null> {
  const text = await unlessAbsent(readFile(endFile(env), 'utf8'));
  return text === null ? null : (JSON.parse(text) as KeptEnd);
}

async function unlessAbsent<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
