import { existsSync, readFileSync } from 'node:fs';
import type { JobResult, JobResultError, JobRuntimeEnv, JsonObject } from '@aiflow/core';
import type { ProcessEnd } from '@aiflow/process';
import { jobOutput, lastLines } from '@aiflow/process';
import { graphFiles, nodeOutput } from './files.ts';
import type { GraphReport, NodeFailure } from './graph-order.ts';
import type { BashHandleData } from './handle.ts';
import { lastLine, longestValue } from './last-line.ts';

/** How a job whose main process has ended is to be told, from what it left in the attempt's directories. */
export function resultOf(end: ProcessEnd, data: BashHandleData, env: JobRuntimeEnv): JobResult {
  if (end.outcome === 'stopped') return { status: 'KILLED', values: {}, error: null };
  if (end.outcome === 'lost') return failed({}, lostError(env));
  const report = data.nodes.length === 1 ? reportOfOnlyNode(end, data, env) : readReport(env);
  if (report === null) return failed({}, noReportError(end, data, env));
  if (report.failed !== null) return failed(report.values, failureError(report.failed, data, env));
  return { status: 'FINISHED', values: report.values, error: null };
}

function failed(values: JobResult['values'], error: JobResultError): JobResult {
  return { status: 'FAILED', values, error };
}

/** What the program that runs a graph would say of a job that needs none. */
function reportOfOnlyNode(
  { exitCode, signal }: ProcessEnd,
  data: BashHandleData,
  env: JobRuntimeEnv,
): GraphReport {
  const [id = ''] = data.nodes;
  if (exitCode !== 0)
    return { values: {}, failed: { node_id: id, exit_code: exitCode, signal, reason: null } };
  const last = lastLine(jobOutput(env).stdout, data.output_encoding);
  if ('tooLong' in last) {
    env.logger.warn(`the last line of node "${id}" has more than ${longestValue} bytes: it is no value`, {
      jobName: env.jobName,
    });
  }
  return { values: { [id]: 'line' in last ? last.line : null }, failed: null };
}

function readReport(env: JobRuntimeEnv): GraphReport | null {
  const { report } = graphFiles(env);
  return existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as GraphReport) : null;
}

function failureError(failure: NodeFailure, data: BashHandleData, env: JobRuntimeEnv): JobResultError {
  const { node_id, exit_code, signal, reason } = failure;
  if (reason === 'ENOENT')
    return { code: 'bash.not_found', message: noBash(env.jobName), context: { node_id } };
  const output = outputContext(nodeOutput(env, node_id, data.nodes.length).stderr, data);
  const how = reason === null ? `ended with exit code ${exit_code}` : `could not be started (${reason})`;
  const said = output.stderr_tail
    .findLast((line) => line.trim() !== '')
    ?.trim()
    .slice(0, 200);
  return {
    code: 'bash.failed',
    message: `node "${node_id}" ${how}${signal === null ? '' : ` (${signal})`}${said === undefined ? '' : `: ${said}`}`,
    context: { node_id, exit_code, signal, ...output },
  };
}

/** What to say when there is no bash, whether that is found when a job is submitted or by the program that runs a graph. */
export function noBash(jobName: string): string {
  return `job "${jobName}" needs bash, which is not on its PATH: install bash, or set PATH under "properties: env:" of the job`;
}

function lostError(env: JobRuntimeEnv): JobResultError {
  return {
    code: 'job.lost',
    message: `the process of job "${env.jobName}" vanished and left no exit status: it was killed, or the machine restarted`,
    context: { log_path: jobOutput(env).stderr },
  };
}

function noReportError(
  { exitCode, signal }: ProcessEnd,
  data: BashHandleData,
  env: JobRuntimeEnv,
): JobResultError {
  return {
    code: 'bash.graph_failed',
    message: `the program that runs the nodes of job "${env.jobName}" ended with exit code ${exitCode} and no report`,
    context: { exit_code: exitCode, signal, ...outputContext(jobOutput(env).stderr, data) },
  };
}

function outputContext(
  path: string,
  data: BashHandleData,
): JsonObject & { readonly stderr_tail: readonly string[] } {
  return { stderr_tail: lastLines(path, data.output_encoding), log_path: path };
}
