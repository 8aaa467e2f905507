import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { S3Server } from '@aiflow-private/engines';
import { costOf } from './measure.ts';

/** What `store-step.mjs` prints. */
export interface StepResult {
  /** The last time. */
  readonly milliseconds: number;
  /** Every time. */
  readonly all: readonly number[];
  /** The most that the process had resident, in bytes. */
  readonly memory: number;
  readonly snapshotId: string;
  readonly uri: string;
}

/** A step that ran in a process of its own, start and end of the process included in `wall`. */
export interface Step extends StepResult {
  readonly wall: number;
}

/** Lets the project in `directory/project` be stored on the local disk, or on a server. */
export function chooseStore(directory: string, store: 'disk' | 's3'): void {
  const s3 = `blob:
  blob_manager_class: s3
  blob_manager_config:
    bucket_name: bucket
    region_name: us-east-1
    endpoint_url: \${BENCH_S3_URL}
    root_directory: \${BENCH_S3_ROOT}
    access_key_id: \${BENCH_S3_KEY}
    secret_access_key: \${BENCH_S3_SECRET}
`;
  writeFileSync(
    join(directory, 'project', 'project.yaml'),
    `project_name: bench\n${store === 's3' ? s3 : ''}`,
  );
}

/** How a step finds the server, and below which root. */
export function reach(server: S3Server, root: string, url: string = server.url): NodeJS.ProcessEnv {
  return {
    BENCH_S3_URL: url,
    BENCH_S3_ROOT: root,
    BENCH_S3_KEY: server.accessKeyId,
    BENCH_S3_SECRET: server.secretAccessKey,
  };
}

/** A state directory that nothing was ever done in. */
export function newState(directory: string): string {
  return mkdtempSync(join(directory, 'state-'));
}

export async function storeStep(
  directory: string,
  state: string,
  env: NodeJS.ProcessEnv,
  ...[action, ...args]: ['upload', ...string[]] | ['download', ...string[]]
): Promise<Step> {
  const program = join(import.meta.dirname, 'store-step.mjs');
  const { wall, stdout } = await costOf(
    [process.execPath, program, action, join(directory, 'project'), state, ...args],
    { cwd: directory, env: { ...process.env, ...env } },
  );
  return { ...(JSON.parse(stdout) as StepResult), wall };
}
