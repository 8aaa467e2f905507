import { existsSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { AIFlowError, errorCode, messageOf } from '../errors.ts';
import { canonicalJson } from '../json.ts';
import { checkName } from '../names.ts';
import type { Clock, Logger, SecretResolver } from '../plugin/host.ts';
import { resolveReferences } from '../plugin/secrets.ts';
import { generatedDirectory, generatedJobs } from '../snapshot/manifest.ts';
import type { JobRuntimeEnv } from './env.ts';
import { environmentNames } from './env.ts';
import type { Attempt } from './runner.ts';

/** Where attempts run on this machine, and what they inherit from the process that runs them. */
export interface RuntimePlace {
  /** The directory below which executions get theirs: `<stateDir>/executions/<execution>/jobs/<job>/<number>`. */
  readonly stateDir: string;
  /** The attempt's snapshot on this machine. */
  readonly projectDir: string;
  /** The environment that jobs inherit. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly secrets: SecretResolver;
}

/** The directory of an execution, with all that its attempts wrote on this machine. */
function executionDirectory(stateDir: string, workflowExecutionId: string): string {
  return join(stateDir, 'executions', checkName('execution', workflowExecutionId));
}

/** Where interpreters keep what they compiled; it may be removed at any time. */
export function interpreterCache(stateDir: string): string {
  return join(stateDir, 'pycache');
}

/** The directories of an attempt, which follow from its names alone; they need not exist yet. */
export interface AttemptDirectories {
  /** Holds all the others but `executionDir`. */
  readonly stateDir: string;
  readonly workingDir: string;
  readonly logDir: string;
  readonly outboxDir: string;
  readonly executionDir: string;
}

export function attemptDirectories(root: string, attempt: Attempt): AttemptDirectories {
  const execution = executionDirectory(root, attempt.workflowExecutionId);
  const job = checkName('job', attempt.job.config.jobName);
  const stateDir = join(execution, 'jobs', job, String(attempt.attemptNumber));
  return {
    stateDir,
    workingDir: join(stateDir, 'work'),
    logDir: join(stateDir, 'logs'),
    outboxDir: join(stateDir, 'outbox'),
    executionDir: join(execution, 'shared'),
  };
}

/**
 * Makes an attempt's directories and gives its environment. The same attempt gets the same directories again, so a
 * worker that comes back after a crash finds what the first one wrote. Throws `env.unwritable` when the state
 * directory cannot be written, with the system's reason.
 */
export function createJobRuntimeEnv(attempt: Attempt, place: RuntimePlace): JobRuntimeEnv {
  return envMaker(place)(attempt);
}

/**
 * Makes the environments of attempts of one snapshot, as {@link createJobRuntimeEnv} does. It looks once at what the
 * snapshot has, which never changes. Synchronous: thousands of attempts start in a row, and a handful of quick calls is
 * cheaper than as many promises.
 */
export function envMaker(place: RuntimePlace): (attempt: Attempt) => JobRuntimeEnv {
  const links = new Map<string, readonly Link[]>();
  let madeLast = '';
  return (attempt) => {
    const { workflowName } = attempt;
    const found = links.get(workflowName) ?? linksInto(place.projectDir, workflowName);
    links.set(workflowName, found);
    const directories = attemptDirectories(place.stateDir, attempt);
    makeDirectories(attempt, directories, found, directories.executionDir !== madeLast);
    madeLast = directories.executionDir;
    return envOf(attempt, place, directories);
  };
}

/** A link in a working directory to what the project has. */
interface Link {
  readonly name: string;
  readonly target: string;
}

function linksInto(projectDir: string, workflowName: string): readonly Link[] {
  const links = [
    { name: workflowName, target: join(projectDir, 'workflows', workflowName) },
    { name: 'resources', target: join(projectDir, 'resources') },
    { name: 'dependencies', target: join(projectDir, 'dependencies') },
    { name: generatedDirectory, target: join(projectDir, generatedDirectory, workflowName) },
    { name: 'project.yaml', target: join(projectDir, 'project.yaml') },
  ];
  return links.filter(({ target }) => existsSync(target));
}

function makeDirectories(
  { job }: Attempt,
  { stateDir, workingDir, logDir, outboxDir, executionDir }: AttemptDirectories,
  links: readonly Link[],
  isFirstOfExecution: boolean,
): void {
  try {
    // The first one makes those that it lies in.
    for (const path of [workingDir, logDir, outboxDir]) mkdirSync(path, { recursive: true });
    if (isFirstOfExecution) mkdirSync(executionDir, { recursive: true });
    for (const { name, target } of links) link(target, join(workingDir, name));
  } catch (error) {
    throw new AIFlowError(
      'env.unwritable',
      `cannot prepare the directories of job "${job.config.jobName}": ${messageOf(error)}`,
      { context: { path: stateDir, systemCode: errorCode(error) }, cause: error },
    );
  }
}

function envOf(attempt: Attempt, place: RuntimePlace, directories: AttemptDirectories): JobRuntimeEnv {
  const { jobName } = attempt.job.config;
  const facts = {
    attemptId: attempt.attemptId,
    attemptNumber: attempt.attemptNumber,
    workflowExecutionId: attempt.workflowExecutionId,
    projectName: attempt.projectName,
    workflowName: attempt.workflowName,
    jobName,
    snapshotId: attempt.snapshotId,
    projectDir: place.projectDir,
    ...directories,
  };
  return Object.freeze({
    ...facts,
    context: attempt.context,
    parameters: attempt.parameters,
    workflowDir: join(place.projectDir, 'workflows', attempt.workflowName),
    generatedDir: join(place.projectDir, generatedJobs(attempt.workflowName), jobName),
    inputs: {},
    outputs: {},
    environment: jobEnvironment(attempt, facts, place),
    logger: place.logger,
    clock: place.clock,
    secrets: place.secrets,
    resolveSecrets: (value) => resolveReferences(value, place.secrets),
  } satisfies JobRuntimeEnv);
}

type Facts = Readonly<
  Record<Exclude<keyof typeof environmentNames, 'parameters' | 'context'>, string | number>
>;

function jobEnvironment(
  attempt: Attempt,
  facts: Facts,
  { environment: inherited, stateDir }: RuntimePlace,
): Readonly<Record<string, string>> {
  const environment: Record<string, string> = { ...inherited };
  for (const [fact, name] of Object.entries(environmentNames)) {
    const value: unknown = Reflect.get(facts, fact);
    if (typeof value === 'string' || typeof value === 'number') environment[name] = String(value);
  }
  environment[environmentNames.parameters] = canonicalJson(attempt.parameters);
  environment[environmentNames.context] = attempt.context ?? '';
  // The snapshot is shared and read-only: an interpreter that keeps its cache beside the source is sent elsewhere.
  // It is one place for all attempts, because paths in it hold the snapshot's id and compiling again is slow.
  environment['PYTHONPYCACHEPREFIX'] = interpreterCache(stateDir);
  return Object.freeze(environment);
}

/** A link that an earlier try of the same attempt made is left as it is. */
function link(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || readlinkSync(path) !== target) throw error;
  }
}
