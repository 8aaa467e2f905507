import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import { endOfFile } from '@aiflow/process';
import { flinkCommand } from './client-command.ts';
import type { FlinkHandleData } from './handle.ts';
import { tellOfSavepoint } from './savepoints.ts';

/**
 * Stops a job by `flink cancel` or `flink stop`, and tells of the savepoint. False when the cluster does not know the
 * job; one that has ended is stopped. Throws `flink.stop_failed` for anything else that the command says.
 */
export async function stopByCommand(
  jobId: string,
  mode: FlinkHandleData['stop_mode'],
  data: FlinkHandleData,
  env: JobRuntimeEnv,
): Promise<boolean> {
  const directory = data.savepoint_dir === null ? [] : ['--savepointPath', data.savepoint_dir];
  const verb = mode === 'stop' ? ['stop', ...directory] : ['cancel'];
  const args = [...verb, ...data.flink_stop_args, jobId];
  const { code, said } = await run(flinkCommand(data.flink_home, env, env.environment), args, env);
  if (code === 0) {
    const location = /Savepoint completed\. Path: (\S+)/.exec(said)?.[1];
    if (location !== undefined) await tellOfSavepoint(env, location);
    return true;
  }
  if (/already reached another terminal state/.test(said)) return true;
  if (/FlinkJobNotFoundException|Could not find Flink job|not found/.test(said)) return false;
  throw new AIFlowError(
    'flink.stop_failed',
    `flink ${args.join(' ')} ended with exit code ${code}, and the job goes on: see stop.log, and flink_stop_args`,
    { context: { exit_code: code, output_tail: said.slice(-4000) } },
  );
}

const mostBytes = 256 * 1024;

async function run(
  command: string,
  args: readonly string[],
  env: JobRuntimeEnv,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const log = join(env.logDir, 'stop.log');
  const directory = join(env.logDir, 'stop'); // a client begins its log anew, and that of `flink run` is needed
  mkdirSync(directory, { recursive: true });
  const file = openSync(log, 'a');
  try {
    const { size: before } = fstatSync(file);
    const child = spawn(command, args, {
      cwd: env.workingDir,
      // Without the token of the attempt: it is no process of the job, and another stop would end it with them.
      env: { ...env.environment, AIFLOW_ATTEMPT_ID: undefined, FLINK_LOG_DIR: directory },
      stdio: ['ignore', file, file],
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    const added = Math.min(fstatSync(file).size - before, mostBytes);
    return { code, said: new TextDecoder().decode(endOfFile(log, added).bytes) };
  } finally {
    closeSync(file);
  }
}
