import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../errors.ts';
import { checkName } from '../names.ts';
import type { JobRuntimeEnv } from './env.ts';
import type { Attempt } from './runner.ts';

/** The directories of an attempt, which follow from its names alone; they need not exist yet. */
export interface AttemptDirectories {
  /** Holds all the others but `executionDir`. */
  readonly stateDir: string;
  readonly workingDir: string;
  readonly logDir: string;
  readonly outboxDir: string;
  readonly executionDir: string;
}

/**
 * Below `root`, which is absolute: `executions/<execution>/jobs/<job>.<number>`, and what lies in it. The number has no
 * dot, so that no two attempts have one directory.
 */
export function attemptDirectories(root: string, attempt: Attempt): AttemptDirectories {
  const execution = join(root, 'executions', checkName('execution', attempt.workflowExecutionId));
  const job = checkName('job', attempt.job.config.jobName);
  const stateDir = `${execution}/jobs/${job}.${attempt.attemptNumber}`;
  return {
    stateDir,
    workingDir: `${stateDir}/work`,
    logDir: `${stateDir}/logs`,
    outboxDir: `${stateDir}/outbox`,
    executionDir: `${execution}/shared`,
  };
}

/**
 * The state directories of all attempts of jobs of this name that this machine has, the attempt's own among them, in no
 * order: for a plugin that looks for what earlier attempts left there. Several projects and workflows may have a job of
 * one name, so what lies in a directory must say whose it is. Throws what the system says of one that cannot be read.
 */
export async function attemptsOfJob({
  executionDir,
  jobName,
}: Pick<JobRuntimeEnv, 'executionDir' | 'jobName'>): Promise<readonly string[]> {
  const root = dirname(dirname(executionDir));
  const found: string[] = [];
  for (const execution of await namesIn(root)) {
    const jobs = join(root, execution, 'jobs');
    for (const name of await namesIn(jobs))
      if (name.slice(0, name.lastIndexOf('.')) === jobName) found.push(join(jobs, name));
  }
  return found;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/**
 * Makes them; those that are there are left as they are. Synchronous: thousands of attempts start in a row, and a
 * handful of quick calls is cheaper than as many promises.
 */
export function makeAttemptDirectories(directories: AttemptDirectories, isFirstOfExecution: boolean): void {
  const { stateDir, workingDir, logDir, outboxDir, executionDir } = directories;
  mkdirSync(stateDir, { recursive: true });
  for (const path of [workingDir, logDir, outboxDir]) make(path);
  if (isFirstOfExecution) mkdirSync(executionDir, { recursive: true });
}

/** Its parent is there, so that one call of the system does it. */
function make(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}
