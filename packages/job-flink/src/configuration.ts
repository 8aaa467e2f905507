import type { Job, JobRuntimeEnv } from '@aiflow/core';
import { flinkJobName } from './ids.ts';
import { readProperties } from './options.ts';

/**
 * Flink's configuration of a job, with its secrets resolved: what the job says, over what follows from it. A Java
 * program chooses between batch and stream itself unless the job says it; tables are batch unless it says otherwise.
 */
export function configurationOf(
  job: Job,
  env: JobRuntimeEnv,
  { isTable }: { readonly isTable: boolean },
): Readonly<Record<string, string>> {
  const { flink_conf, parallelism } = readProperties(job.config.properties);
  const { execMode } = job.config;
  const mode = execMode ?? (isTable ? 'BATCH' : undefined);
  return {
    'pipeline.name': flinkJobName(env),
    ...(mode === undefined ? {} : { 'execution.runtime-mode': mode === 'STREAM' ? 'STREAMING' : 'BATCH' }),
    ...(parallelism === undefined ? {} : { 'parallelism.default': String(parallelism) }),
    ...env.resolveSecrets(flink_conf),
  };
}

/** The options by which a client starts a job from a savepoint: those of Flink 2 and those before. */
export function savepointConfiguration(
  savepoint: string | null,
  allowNonRestoredState: boolean,
): Readonly<Record<string, string>> {
  if (savepoint === null) return {};
  const ignore = String(allowNonRestoredState);
  return {
    'execution.state-recovery.path': savepoint,
    'execution.state-recovery.ignore-unclaimed-state': ignore,
    'execution.savepoint.path': savepoint,
    'execution.savepoint.ignore-unclaimed-state': ignore,
  };
}
