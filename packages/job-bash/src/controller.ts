import type { Job, JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import type { ProcessCommand, ProcessJob } from '@aiflow/process';
import { commandLine } from './command-line.ts';
import { nodeOutput } from './files.ts';
import { graphCommand } from './graph-command.ts';
import type { BashHandleData } from './handle.ts';
import { handleData, origin } from './handle.ts';
import { variablesOf, withoutNodeVariables } from './node-variables.ts';
import { readProperties } from './options.ts';
import { readPlan } from './plan.ts';
import { noBash, resultOf } from './result.ts';

/**
 * Bash jobs as processes of this machine: one main process for each attempt, which is the node itself when there is
 * one, and a small program that runs the graph when there are several. To submit one throws `bash.not_found`,
 * `bash.command_too_long`, `job.file_not_found`, `path.outside`, `secret.missing` and `dataset.invalid_uri`;
 * nothing has begun then.
 */
export const bashJob: ProcessJob<BashHandleData> = {
  jobType: 'bash',
  origin,
  command,
  handleData,
  result: resultOf,
  explainLaunch: (error, _command, env) => explainLaunch(error, env),
};

function command(job: Job, env: JobRuntimeEnv): ProcessCommand {
  const properties = readProperties(job.config.properties);
  const { nodes: planned } = readPlan(job);
  const nodes = planned.map((node) => {
    const { open, secret } = variablesOf(node, job.config.execMode ?? 'BATCH', env);
    const argv = commandLine(node, properties.shell_options, env);
    const output = nodeOutput(env, node.id, planned.length);
    return { ordered: { id: node.id, argv, inputs: node.inputs, variables: open, ...output }, secret };
  });
  const inherited = withoutNodeVariables(env.environment);
  const declared = env.resolveSecrets(properties.env);
  const [only, ...others] = nodes;
  if (only === undefined || others.length > 0) {
    return graphCommand(nodes, properties, { ...inherited, ...declared }, env);
  }
  const { argv, variables } = only.ordered;
  return { argv, environment: { ...inherited, ...declared, ...variables, ...only.secret } };
}

/** What a user can put right becomes an error that says how; anything else goes on as it is. */
function explainLaunch(error: AIFlowError, { jobName }: JobRuntimeEnv): AIFlowError {
  const { reason, program } = error.context;
  if (reason === 'E2BIG') {
    return new AIFlowError(
      'bash.command_too_long',
      `the command of job "${jobName}" with its environment is longer than the system takes: put a long command into a file and use bashFile(), and long parameters or a long context of the execution into a file that they name`,
      { context: { jobName }, cause: error },
    );
  }
  if (program !== 'bash' || reason !== 'ENOENT') return error;
  return new AIFlowError('bash.not_found', noBash(jobName), { context: { jobName }, cause: error });
}
