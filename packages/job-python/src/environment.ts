import { delimiter, join } from 'node:path';
import type { JobRuntimeEnv } from '@aiflow/core';
import type { PythonProperties } from './options.ts';
import { pythonDirectory } from './request.ts';

/** Where Python looks for the user's modules, in this order and before its own places. */
function modulePathOf(env: JobRuntimeEnv, inherited: string | undefined): string[] {
  // An empty entry would mean the working directory to Python.
  const own = (inherited ?? '').split(delimiter).filter((entry) => entry !== '');
  return [env.workflowDir, join(env.projectDir, 'dependencies', 'python'), ...own];
}

/**
 * The environment of the job's process: the attempt's, the job's `env` with its secrets, and what Python needs.
 * Core's `PYTHONPYCACHEPREFIX` stays, so that nothing is written beside the read-only snapshot.
 */
export function pythonEnvironment(
  env: JobRuntimeEnv,
  properties: Required<PythonProperties>,
): { readonly environment: Readonly<Record<string, string>>; readonly modulePath: readonly string[] } {
  const merged: Record<string, string> = {
    PYTHONIOENCODING: 'utf-8', // the logs are read as UTF-8, whatever the machine's locale
    ...env.environment,
    ...env.resolveSecrets(properties.env),
  };
  const modulePath = modulePathOf(env, merged['PYTHONPATH']);
  return {
    modulePath,
    environment: {
      ...merged,
      PYTHONPATH: [pythonDirectory, ...modulePath].join(delimiter),
      PYTHONUNBUFFERED: '1', // a log shows what was printed so far
    },
  };
}
