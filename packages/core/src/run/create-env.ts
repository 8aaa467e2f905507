import { existsSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { AIFlowError, errorCode, messageOf } from '../errors.ts';
import { canonicalJson } from '../json.ts';
import type { Clock, Logger, SecretResolver } from '../plugin/host.ts';
import { resolveReferences } from '../plugin/secrets.ts';
import { generatedDirectory, generatedJobs } from '../snapshot/manifest.ts';
import type { AttemptDirectories } from './attempt-directories.ts';
import { attemptDirectories, makeAttemptDirectories } from './attempt-directories.ts';
import type { JobRuntimeEnv } from './env.ts';
import { environmentNames } from './env.ts';
import type { Attempt } from './runner.ts';

/** Where attempts run on this machine, and what they inherit from the process that runs them. */
export interface RuntimePlace {
  /** The directory below which executions get theirs: `<stateDir>/executions/<execution>/jobs/<job>.<number>`. */
  readonly stateDir: string;
  /** The attempt's snapshot on this machine. */
  readonly projectDir: string;
  /** The environment that jobs inherit. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly secrets: SecretResolver;
}

/** Where interpreters keep what they compiled; it may be removed at any time. */
export function interpreterCache(stateDir: string): string {
  return join(stateDir, 'pycache');
}

/**
 * Makes an attempt's directories and gives its environment. The same attempt gets the same directories again, so a
 * worker that comes back after a crash finds what the first one wrote. Throws `env.unwritable` when the state
 * directory cannot be written, with the system's reason.
 */
export function createJobRuntimeEnv(attempt: Attempt, place: RuntimePlace): JobRuntimeEnv {
  return envMaker(place)(attempt, attemptDirectories(place.stateDir, attempt), place.projectDir);
}

/** Makes the environment of an attempt as {@link createJobRuntimeEnv} does, with its snapshot on this machine. */
export type EnvMaker = (
  attempt: Attempt,
  directories: AttemptDirectories,
  projectDir: string,
) => JobRuntimeEnv;

/**
 * Makes the environments of many attempts, one after the other. What a snapshot has is looked at once while the
 * attempts are of the same, for it never changes.
 */
export function envMaker(place: Omit<RuntimePlace, 'projectDir'>): EnvMaker {
  let last = { projectDir: '', workflowName: '', executionDir: '', links: noLinks };
  return (attempt, directories, projectDir) => {
    const { workflowName } = attempt;
    const { executionDir } = directories;
    const isSame = last.projectDir === projectDir && last.workflowName === workflowName;
    const links = isSame ? last.links : linksInto(projectDir, workflowName);
    try {
      makeAttemptDirectories(directories, executionDir !== last.executionDir);
      for (const { name, target } of links) link(target, `${directories.workingDir}/${name}`);
    } catch (error) {
      throw unwritable(attempt, directories, error);
    }
    last = { projectDir, workflowName, executionDir, links };
    return envOf(attempt, { ...place, projectDir }, directories);
  };
}

/** A link in a working directory to what the project has. */
interface Link {
  readonly name: string;
  readonly target: string;
}

const noLinks: readonly Link[] = [];

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

function unwritable({ job }: Attempt, { stateDir }: AttemptDirectories, error: unknown): AIFlowError {
  return new AIFlowError(
    'env.unwritable',
    `cannot prepare the directories of job "${job.config.jobName}": ${messageOf(error)}`,
    { context: { path: stateDir, systemCode: errorCode(error) }, cause: error },
  );
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

type Facts = Pick<JobRuntimeEnv, Exclude<keyof typeof environmentNames, 'parameters' | 'context'>>;

function jobEnvironment(
  attempt: Attempt,
  facts: Facts,
  { environment: inherited, stateDir }: RuntimePlace,
): Readonly<Record<string, string>> {
  // One literal and not a loop over names: it is made for every attempt, and V8 is quick at it.
  return Object.freeze({
    ...inherited,
    [environmentNames.attemptId]: facts.attemptId,
    [environmentNames.attemptNumber]: String(facts.attemptNumber),
    [environmentNames.workflowExecutionId]: facts.workflowExecutionId,
    [environmentNames.projectName]: facts.projectName,
    [environmentNames.workflowName]: facts.workflowName,
    [environmentNames.jobName]: facts.jobName,
    [environmentNames.snapshotId]: facts.snapshotId,
    [environmentNames.projectDir]: facts.projectDir,
    [environmentNames.workingDir]: facts.workingDir,
    [environmentNames.logDir]: facts.logDir,
    [environmentNames.outboxDir]: facts.outboxDir,
    [environmentNames.executionDir]: facts.executionDir,
    [environmentNames.parameters]: canonicalJson(attempt.parameters),
    [environmentNames.context]: attempt.context ?? '',
    // The snapshot is shared and read-only: an interpreter that keeps its cache beside the source is sent elsewhere.
    // It is one place for all attempts, because paths in it hold the snapshot's id and compiling again is slow.
    PYTHONPYCACHEPREFIX: interpreterCache(stateDir),
  });
}

/** A link that an earlier try of the same attempt made is left as it is. */
function link(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || readlinkSync(path) !== target) throw error;
  }
}
