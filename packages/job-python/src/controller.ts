import { writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import type { ProcessHandleData, ProcessJob } from '@aiflow/process';
import { locateDatasets, secretLocations } from './dataset-locations.ts';
import { pythonEnvironment } from './environment.ts';
import { origin } from './handle.ts';
import { readProperties } from './options.ts';
import { readRemains } from './remains.ts';
import { attemptFiles, makeRequest, pythonDirectory } from './request.ts';
import { executableAdvice, resultOf } from './result.ts';

/**
 * Python jobs as processes of this machine, one for each attempt. To submit one throws `python.executable_not_found`
 * when there is no such program, `secret.missing`, and for datasets `path.outside` and `dataset.invalid_uri`; nothing
 * has begun then.
 */
export const pythonJob: ProcessJob<ProcessHandleData> = {
  jobType: 'python',
  origin,
  command: async (job, env) => {
    const properties = readProperties(job.config.properties);
    const { environment, modulePath } = pythonEnvironment(env, properties);
    const { request } = attemptFiles(env);
    const datasets = locateDatasets(job, env);
    await writeFile(request, JSON.stringify(makeRequest(job, env, modulePath, datasets)));
    return {
      argv: [locate(properties.python_executable_path, env), pythonDirectory, request],
      environment: { ...environment, [secretLocations]: JSON.stringify(datasets.secret) },
    };
  },
  handleData: (job) => ({ stop_grace_seconds: readProperties(job.config.properties).stop_grace_seconds }),
  result: async (end, _data, env) => resultOf(await readRemains(env, end)),
  explainLaunch: (error, { argv: [executable] }) => explainLaunch(error, executable),
};

/** A name is left to be looked up in PATH; a path that is not absolute belongs to the project. */
function locate(executable: string, env: JobRuntimeEnv): string {
  return executable.includes('/') && !isAbsolute(executable) ? join(env.projectDir, executable) : executable;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program',
  ENOTDIR: 'there is no such program',
  EACCES: 'it is not a program that may be run',
  EISDIR: 'it is a directory',
  ENOEXEC: 'it is not a program for this machine',
};

/** What went wrong with the program itself becomes one clear error; anything else goes on as it is. */
function explainLaunch(error: AIFlowError, executable: string): AIFlowError {
  const { reason: code } = error.context;
  const reason = typeof code === 'string' ? reasons[code] : undefined;
  if (reason === undefined) return error;
  return new AIFlowError(
    'python.executable_not_found',
    `cannot start Python as ${JSON.stringify(executable)}, ${reason}: ${executableAdvice}`,
    { context: { executable }, cause: error },
  );
}
