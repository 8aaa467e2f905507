import type { JobResult, JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError, errorCode } from '@aiflow/core';
import type { ProcessEnd, ProcessJob } from '@aiflow/process';
import { endOfFile, jobOutput, lastLines } from '@aiflow/process';
import { clientCommand, localCommand } from './client-command.ts';
import { accumulatorsIn } from './client-words.ts';
import { flinkKey } from './generator.ts';
import type { FlinkHandleData } from './handle.ts';
import { handleDataOf, origin } from './handle.ts';
import { rootCause } from './root-cause.ts';
import { readRunnerResult } from './runner-request.ts';

/** A process of this machine that runs the job, or that brings it to a cluster. */
export const clientJob: ProcessJob<FlinkHandleData> = {
  jobType: 'flink',
  origin,
  command: async (job, env) =>
    handleDataOf(job).way === 'local' ? localCommand(job, env) : clientCommand(job, env),
  handleData: handleDataOf,
  result: async (end, data, env) => await resultOf(end, data, env),
  explainLaunch: (error, { argv: [program] }) => {
    const { reason } = error.context;
    if (reason !== 'ENOENT' && reason !== 'EACCES' && reason !== 'ENOTDIR') return error;
    return new AIFlowError(
      'flink.command_not_found',
      `cannot start ${JSON.stringify(program)} (${reason}): set flink_home or python_executable_path of the job, or FLINK_HOME`,
      { context: { program }, cause: error },
    );
  },
};

async function resultOf(end: ProcessEnd, data: FlinkHandleData, env: JobRuntimeEnv): Promise<JobResult> {
  const said = data.kind === 'tables' ? await readRunnerResult(env) : null;
  const values = said?.values ?? {};
  if (
    end.outcome !== 'stopped' &&
    end.exitCode === 0 &&
    (data.kind === 'java' || said?.status === 'FINISHED')
  ) {
    const accumulators = said?.accumulators ?? accumulatorsIn(endOf(jobOutput(env).stdout));
    const facts = Object.keys(accumulators).length === 0 ? {} : { [flinkKey]: { accumulators } };
    return { status: 'FINISHED', values: { ...values, ...facts }, error: null };
  }
  if (end.outcome === 'stopped') return { status: 'KILLED', values, error: null };
  if (said?.status === 'FAILED' && said.error !== null)
    return { status: 'FAILED', values, error: said.error };
  if (end.outcome === 'lost' && said?.status === 'FINISHED')
    return { status: 'FINISHED', values, error: null };
  return { status: 'FAILED', values, error: unexplained(end, data, env) };
}

function unexplained(
  end: ProcessEnd,
  { way }: FlinkHandleData,
  env: JobRuntimeEnv,
): NonNullable<JobResult['error']> {
  const { stdout, stderr } = jobOutput(env);
  const tail = [...lastLines(stdout), ...lastLines(stderr)];
  const context = { exit_code: end.exitCode, signal: end.signal, output_tail: tail };
  const what = way === 'local' ? 'Python' : 'the Flink client';
  if (end.outcome === 'lost') {
    const message = `${what} vanished and left no exit status: it was killed, or the machine restarted`;
    return { code: 'job.lost', message, context };
  }
  if (end.signal !== null)
    return { code: 'flink.client_killed', message: `${what} was ended by ${end.signal}`, context };
  const cause = rootCause([stdout, stderr].map(endOf).join('\n'));
  const message = `${what} ended with exit code ${end.exitCode}: ${cause.message}; see the job's logs`;
  return { code: 'flink.client_failed', message, context };
}

/** A stack trace of Flink's clients has hundreds of lines. */
const longestTrace = 256 * 1024;

function endOf(log: string): string {
  try {
    return new TextDecoder().decode(endOfFile(log, longestTrace).bytes);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
