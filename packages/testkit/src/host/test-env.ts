import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Attempt, Job, JobRuntimeEnv, PluginHost } from '@aiflow/core';
import { createJobRuntimeEnv } from '@aiflow/core';

export interface TestEnvOptions {
  readonly host: PluginHost;
  readonly job: Job;
  /** The facts to set; the rest has values that fit a test. The same facts on the same host give the same directories. */
  readonly attempt?: Partial<Omit<Attempt, 'job'>>;
  /** Where the snapshot lies; an empty directory of the host unless said. */
  readonly projectDir?: string;
  /** What jobs inherit; the environment of this process unless said. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The environment of one attempt of a job, as the worker makes it, with all directories. */
export function createTestEnv(options: TestEnvOptions): JobRuntimeEnv {
  const { host } = options;
  const projectDir = options.projectDir ?? join(host.stateDir, 'project');
  mkdirSync(projectDir, { recursive: true });
  return createJobRuntimeEnv(testAttempt(options.job, options.attempt), {
    stateDir: host.stateDir,
    projectDir,
    environment: options.environment ?? ownEnvironment(),
    logger: host.logger,
    clock: host.clock,
    secrets: host.secrets,
  });
}

/** An attempt of a job, with values that fit a test for what is left out. */
export function testAttempt(job: Job, facts: Partial<Omit<Attempt, 'job'>> = {}): Attempt {
  return {
    attemptId: 'attempt-1',
    attemptNumber: 1,
    workflowExecutionId: 'execution-1',
    projectName: 'conformance',
    workflowName: 'conformance',
    snapshotId: '0'.repeat(64),
    snapshotUri: 'memory:snapshot',
    context: null,
    parameters: {},
    ...facts,
    job,
  };
}

function ownEnvironment(): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value;
  return environment;
}
