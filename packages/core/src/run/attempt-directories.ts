import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors.ts';
import { checkName } from '../names.ts';
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
