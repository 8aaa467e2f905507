import type { FileHandle } from 'node:fs/promises';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobRuntimeEnv } from '@aiflow/core';
import { errorCode } from '@aiflow/core';
import { jobOutput } from '@aiflow/process';

/** What `flink run` has told of its work so far, in its log and in its output. */
export interface ClientWords {
  /** Where the JobManager that it talks to is; null when it did not say. */
  readonly jobmanager: string | null;
  /** The ids of the jobs that it has submitted, or was just submitting, in their order. */
  readonly submitted: readonly string[];
  /** Those of them that it saw end. */
  readonly ended: readonly string[];
}

/**
 * Reads it in the attempt's log directory, where whoever takes over finds it as well. What is looked for, with the class
 * that says it: `RestClusterClient` for every target, `YarnClusterDescriptor` and `KubernetesClusterDescriptor` when a
 * cluster begins with the job, `StreamContextEnvironment` and `JobExecutionResult` in the output. A user's own logging
 * configuration may keep any of it away.
 */
export async function whatClientSaid(env: JobRuntimeEnv): Promise<ClientWords> {
  const { stdout, stderr } = jobOutput(env);
  const texts = await Promise.all([...(await clientLogs(env)), stdout, stderr].map(beginningOf));
  return understand(texts.join('\n'));
}

export function understand(said: string): ClientWords {
  return {
    jobmanager: addressIn(said),
    submitted: idsIn(
      said,
      /Submitting job '.*' \(([0-9a-f]{32})\)|Job has been submitted with JobID ([0-9a-f]{32})/g,
    ),
    ended: idsIn(said, /Job with JobID ([0-9a-f]{32}) has finished|Job failed \(JobID: ([0-9a-f]{32})\)/g),
  };
}

/** The accumulators that `flink run` prints of the jobs that it waited for, by name: what Flink shows of their values. */
export function accumulatorsIn(output: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [, list = ''] of output.matchAll(/^Accumulator Results: ?\n((?:- .*\n?)+)/gm)) {
    for (const [, name = '', value = ''] of list.matchAll(/^- (.+?) \((?:[\w$]+\.)+[\w$]+\):? ?(.*)$/gm))
      found[name] = value;
  }
  return found;
}

function addressIn(said: string): string | null {
  const found = [
    ...said.matchAll(
      /Successfully submitted job '.*' \([0-9a-f]{32}\) to '(\S+?)'|Found Web Interface (\S+:\d+) of application|JobManager Web Interface: (https?:\/\/\S+)/g,
    ),
  ].at(-1);
  return found?.slice(1).find((address) => address !== undefined) ?? null;
}

function idsIn(said: string, pattern: RegExp): readonly string[] {
  const found = [...said.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '');
  return [...new Set(found)];
}

/** The log of the client, by the name that `bin/flink` gives it in `FLINK_LOG_DIR`. */
async function clientLogs({ logDir }: JobRuntimeEnv): Promise<readonly string[]> {
  const names = await readdir(logDir);
  return names.filter((name) => /^flink-.*-client-.*\.log$/.test(name)).map((name) => join(logDir, name));
}

/** A client says early where it goes; what its program prints later may be without end. */
const mostBytes = 1024 * 1024;

async function beginningOf(path: string): Promise<string> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
  try {
    const { size } = await file.stat();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(size, mostBytes)), 0, null, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
