import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import type { ProcessJob } from '@aiflow/process';
import { commandLine } from './command-line.ts';
import { graphFiles, nodeOutput } from './files.ts';
import type { GraphOrder } from './graph-order.ts';
import type { BashHandleData } from './handle.ts';
import { handleData, origin } from './handle.ts';
import type { BashProperties } from './options.ts';
import { readProperties } from './options.ts';
import type { BashPlan } from './plan.ts';
import { readPlan } from './plan.ts';
import { noBash, resultOf } from './result.ts';

/**
 * Bash jobs as processes of this machine: one main process for each attempt, which is the node itself when there is
 * one, and a small program that runs the graph when there are several. To submit one throws `bash.not_found`,
 * `bash.command_too_long`, `job.file_not_found`, `path.outside` and `secret.missing`; nothing has begun then.
 */
export const bashJob: ProcessJob<BashHandleData> = {
  jobType: 'bash',
  origin,
  command: (job, env) => {
    const properties = readProperties(job.config.properties);
    return {
      argv: mainProcess(readPlan(job), properties, env),
      environment: { ...env.environment, ...env.resolveSecrets(properties.env) },
    };
  },
  handleData,
  result: resultOf,
  explainLaunch: (error, _command, env) => explainLaunch(error, env),
};

/** The program that is the job, with its arguments; for several nodes its order is written down first. */
function mainProcess(
  { nodes }: BashPlan,
  properties: Required<BashProperties>,
  env: JobRuntimeEnv,
): [string, ...string[]] {
  const ordered = nodes.map((node) => ({
    id: node.id,
    argv: commandLine(node, properties.shell_options, env),
    inputs: node.inputs,
    ...nodeOutput(env, node.id, nodes.length),
  }));
  const [only, ...others] = ordered;
  if (only !== undefined && others.length === 0) return only.argv;
  const files = graphFiles(env);
  const order: GraphOrder = {
    nodes: ordered,
    output_encoding: properties.output_encoding,
    stop_grace_ms: properties.stop_grace_seconds * 1000,
    report: files.report,
  };
  writeFileSync(files.order, JSON.stringify(order));
  return [process.execPath, graphProgram, files.order];
}

// The same file as TypeScript when this runs from its sources, and as JavaScript when it was built.
const graphProgram = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './graph-program.ts' : './graph-program.js', import.meta.url),
);

/** What a user can put right becomes an error that says how; anything else goes on as it is. */
function explainLaunch(error: AIFlowError, { jobName }: JobRuntimeEnv): AIFlowError {
  const { reason, program } = error.context;
  if (reason === 'E2BIG') {
    return new AIFlowError(
      'bash.command_too_long',
      `the command of job "${jobName}" with its environment is longer than the system takes: put it into a file and use bashFile()`,
      { context: { jobName }, cause: error },
    );
  }
  if (program !== 'bash' || reason !== 'ENOENT') return error;
  return new AIFlowError('bash.not_found', noBash(jobName), { context: { jobName }, cause: error });
}
