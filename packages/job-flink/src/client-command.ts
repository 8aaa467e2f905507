import { delimiter, isAbsolute, join } from 'node:path';
import type { Job, JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import type { ProcessCommand } from '@aiflow/process';
import { configurationOf } from './configuration.ts';
import { flinkJobId, jobIdOption } from './ids.ts';
import { mainJar } from './java-submission.ts';
import type { FlinkSettings } from './options.ts';
import { readProperties } from './options.ts';
import { planOf } from './plan.ts';
import { modulePathOf, pythonDirectory, shippedModules } from './python-files.ts';
import { secretsVariable, sorted, writeRequest } from './runner-request.ts';
import { savepointToStartFrom } from './savepoints.ts';
import { substitute } from './variables.ts';

/** The nodes in a mini cluster, in a Python process of this machine. */
export async function localCommand(job: Job, env: JobRuntimeEnv): Promise<ProcessCommand> {
  const settings = readProperties(job.config.properties);
  const { path, secrets } = await writeRequest(job, env);
  return {
    argv: [locate(settings.python_executable_path, env), join(pythonDirectory, 'run.py'), path],
    environment: {
      ...environmentOf(settings, env),
      ...(secrets === null ? {} : { [secretsVariable]: secrets }),
    },
  };
}

/** `flink run`, which ends when the job has begun, or with it where the job cannot be watched in another way. */
export async function clientCommand(job: Job, env: JobRuntimeEnv): Promise<ProcessCommand> {
  const [plan, settings] = [planOf(job), readProperties(job.config.properties)];
  // The log of the client tells where it found the JobManager, and belongs to the attempt.
  const environment = { ...environmentOf(settings, env), FLINK_LOG_DIR: env.logDir };
  const start = [
    flinkCommand(settings.flink_home ?? null, env, environment),
    'run',
    ...targetOf(settings),
  ] as const;
  const { savepoint, more } = await fromSavepoint(settings, env);
  if (plan.kind === 'java') {
    const { open, secret } = sorted(configurationOf(job, env, { isTable: false }), settings.flink_conf);
    const [exposed] = Object.keys(secret);
    if (exposed !== undefined) throw onCommandLine(`flink_conf "${exposed}"`);
    const args = plan.args.map((argument) =>
      substitute(argument, 'an argument of the program', settings, env),
    );
    if (args.some(({ isSecret }) => isSecret)) throw onCommandLine('an argument of the program');
    const entry = plan.entryClass === null ? [] : ['-c', plan.entryClass];
    const id = { [jobIdOption]: flinkJobId(env.attemptId, 0) };
    const argv = [
      ...start,
      ...definitions({ ...open, ...id }),
      ...savepoint,
      ...more,
      ...entry,
      await mainJar(plan, env),
    ];
    return { argv: [argv[0] ?? '', ...argv.slice(1), ...args.map(({ text }) => text)], environment };
  }
  const { path, openConfiguration, secrets } = await writeRequest(job, env);
  const python = locate(settings.python_executable_path, env);
  const files = (await shippedModules(env)).join(',');
  const argv = [...start, ...definitions(openConfiguration), ...savepoint, ...more];
  const program = [
    '-pyclientexec',
    python,
    '-pyexec',
    python,
    '-pyfs',
    files,
    '-py',
    join(pythonDirectory, 'run.py'),
    path,
  ];
  return {
    argv: [argv[0] ?? '', ...argv.slice(1), ...program],
    environment: { ...environment, ...(secrets === null ? {} : { [secretsVariable]: secrets }) },
  };
}

/** Where the command sends the job. Where we can ask the JobManager ourselves the command need not wait for the end. */
function targetOf({ jobmanager, flink_run_args = [] }: FlinkSettings): readonly string[] {
  if (jobmanager === undefined) return flink_run_args;
  const isSaid = flink_run_args.some(
    (argument) => argument === '-t' || argument === '--target' || argument === '-m',
  );
  if (isSaid) return ['-d', ...flink_run_args];
  const { hostname, port, protocol } = new URL(
    /^https?:/.test(jobmanager) ? jobmanager : `http://${jobmanager}`,
  );
  const rest = { 'rest.address': hostname, 'rest.port': port || (protocol === 'https:' ? '443' : '80') };
  return ['-d', '-t', 'remote', ...definitions(rest), ...flink_run_args];
}

function definitions(configuration: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(configuration).flatMap(([key, value]) => ['-D', `${key}=${value}`]);
}

async function fromSavepoint(
  settings: FlinkSettings,
  env: JobRuntimeEnv,
): Promise<{ readonly savepoint: readonly string[]; readonly more: readonly string[] }> {
  const path = await savepointToStartFrom(settings, env);
  return {
    savepoint: path === null ? [] : ['-s', path],
    more: path !== null && settings.allow_non_restored_state ? ['-n'] : [],
  };
}

function environmentOf(settings: FlinkSettings, env: JobRuntimeEnv): Readonly<Record<string, string>> {
  const merged: Record<string, string> = {
    PYTHONIOENCODING: 'utf-8',
    ...env.environment,
    ...env.resolveSecrets(settings.env),
  };
  const inherited = (merged['PYTHONPATH'] ?? '').split(delimiter).filter((entry) => entry !== '');
  return {
    ...merged,
    PYTHONPATH: [...modulePathOf(env), ...inherited].join(delimiter),
    PYTHONUNBUFFERED: '1',
  };
}

/** The `flink` command: of the job's distribution, of `FLINK_HOME`, or from PATH. */
export function flinkCommand(
  flinkHome: string | null,
  env: JobRuntimeEnv,
  environment: Readonly<Record<string, string>>,
): string {
  const home = flinkHome === null ? environment['FLINK_HOME'] : locate(`${flinkHome}/`, env);
  return home === undefined || home === '' ? 'flink' : join(home, 'bin', 'flink');
}

/** A name is left to be looked up in PATH; a path that is not absolute belongs to the project. */
function locate(path: string, env: JobRuntimeEnv): string {
  return path.includes('/') && !isAbsolute(path) ? join(env.projectDir, path) : path;
}

function onCommandLine(what: string): AIFlowError {
  return new AIFlowError(
    'flink.secret_on_command_line',
    `${what} holds a secret, and every user of the machine can read a command line: set it in the ` +
      "distribution's config.yaml, or submit without flink_run_args",
    { context: { what } },
  );
}
