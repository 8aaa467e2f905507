import { join } from 'node:path';
import type { Engine, S3Server } from '@aiflow-private/engines';
import { homeOf, isInstalled, rclone, s5cmd } from '@aiflow-private/engines';
import { costOf } from './measure.ts';

/** Another program that takes a directory to a server and back; gives the milliseconds of each. */
export interface Contestant {
  readonly name: string;
  upload(directory: string, prefix: string): Promise<number>;
  download(prefix: string, directory: string): Promise<number>;
}

/** Those that are installed, and the names of those that are not. */
export function contestants(server: S3Server): { there: readonly Contestant[]; missing: readonly string[] } {
  const made = [
    [s5cmd, copyWithS5cmd(server)],
    [rclone, copyWithRclone(server)],
    [s5cmd, pipeTar(server)],
  ] as const satisfies readonly (readonly [Engine, Contestant])[];
  return {
    there: made.filter(([engine]) => isInstalled(engine)).map(([, contestant]) => contestant),
    missing: [s5cmd, rclone].filter((engine) => !isInstalled(engine)).map(({ name }) => name),
  };
}

function environment({ url, accessKeyId, secretAccessKey }: S3Server): NodeJS.ProcessEnv {
  return {
    ...process.env,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: 'us-east-1',
    S3_ENDPOINT_URL: url,
    RCLONE_CONFIG: '/dev/null',
    RCLONE_CONFIG_BENCH_TYPE: 's3',
    RCLONE_CONFIG_BENCH_PROVIDER: 'Other',
    RCLONE_CONFIG_BENCH_ENDPOINT: url,
    RCLONE_CONFIG_BENCH_ACCESS_KEY_ID: accessKeyId,
    RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY: secretAccessKey,
    RCLONE_CONFIG_BENCH_NO_CHECK_BUCKET: 'true',
  };
}

function copyWithS5cmd(server: S3Server): Contestant {
  const run = async (...args: readonly string[]): Promise<number> => {
    const argv = [join(homeOf(s5cmd), 'bin', 's5cmd'), '--log', 'error', ...args] as const;
    return (await costOf(argv, { cwd: '/', env: environment(server) })).wall;
  };
  return {
    name: 's5cmd',
    upload: async (directory, prefix) => await run('cp', `${directory}/`, `s3://bucket/${prefix}/`),
    download: async (prefix, directory) => await run('cp', `s3://bucket/${prefix}/*`, `${directory}/`),
  };
}

function copyWithRclone(server: S3Server): Contestant {
  const run = async (from: string, to: string): Promise<number> => {
    const argv = [join(homeOf(rclone), 'bin', 'rclone'), 'copy', '--transfers', '64', from, to] as const;
    return (await costOf(argv, { cwd: '/', env: environment(server) })).wall;
  };
  return {
    name: 'rclone with 64 transfers',
    upload: async (directory, prefix) => await run(directory, `bench:bucket/${prefix}`),
    download: async (prefix, directory) => await run(`bench:bucket/${prefix}`, directory),
  };
}

function pipeTar(server: S3Server): Contestant {
  const program = join(homeOf(s5cmd), 'bin', 's5cmd');
  const run = async (line: string, directory: string, prefix: string): Promise<number> => {
    const argv = ['bash', '-o', 'pipefail', '-c', line, program, `s3://bucket/${prefix}.tar.zst`] as const;
    return (await costOf(argv, { cwd: directory, env: environment(server) })).wall;
  };
  return {
    name: 'tar | zstd as one object',
    upload: async (directory, prefix) =>
      await run('tar -cf - . | zstd -q | "$0" --log error pipe "$1"', directory, prefix),
    download: async (prefix, directory) =>
      await run('"$0" --log error cat "$1" | zstd -q -d | tar -xf -', directory, prefix),
  };
}
