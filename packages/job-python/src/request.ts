import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job, JobRuntimeEnv } from '@aiflow/core';
import type { DatasetLocations } from './dataset-locations.ts';
import { planOf } from './plan.ts';

/** The directory that holds our Python package and the `__main__.py` that is started; beside `src` and `dist` alike. */
export const pythonDirectory: string = fileURLToPath(new URL('../python', import.meta.url));

/** The files through which an attempt and its Python talk, all in the attempt's state directory. */
export function attemptFiles(env: JobRuntimeEnv): {
  readonly request: string;
  readonly result: string;
  readonly progress: string;
} {
  return {
    request: join(env.stateDir, 'request.json'),
    result: join(env.stateDir, 'result.json'),
    progress: join(env.stateDir, 'progress'),
  };
}

/** What `python/aiflow/_run/request.py` reads. It holds no secret: those are in the process's environment alone. */
export function makeRequest(
  job: Job,
  env: JobRuntimeEnv,
  modulePath: readonly string[],
  datasets: DatasetLocations,
): object {
  const files = attemptFiles(env);
  return {
    nodes: planOf(job).nodes,
    dataset_locations: datasets.open,
    facts: {
      project_name: env.projectName,
      workflow_name: env.workflowName,
      job_name: env.jobName,
      exec_mode: job.config.execMode ?? 'BATCH',
      workflow_execution_id: env.workflowExecutionId,
      attempt_id: env.attemptId,
      attempt_number: env.attemptNumber,
      execution_context: env.context,
      parameters: env.parameters,
      project_dir: env.projectDir,
      working_dir: env.workingDir,
      execution_dir: env.executionDir,
      log_dir: env.logDir,
      outbox_dir: env.outboxDir,
    },
    module_path: modulePath,
    result_file: files.result,
    progress_file: files.progress,
  };
}
