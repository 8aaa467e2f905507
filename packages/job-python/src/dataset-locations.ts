import type { DatasetLocation, Job, JobRuntimeEnv } from '@aiflow/core';
import { locateDataset } from '@aiflow/core';
import { planOf } from './plan.ts';

/** Where the datasets of a job lie, by node. */
export interface DatasetLocations {
  /** Those that may be written down. */
  readonly open: Readonly<Record<string, DatasetLocation>>;
  /** Those with a secret in them: they go through the environment, and into no file. */
  readonly secret: Readonly<Record<string, DatasetLocation>>;
}

/** The variable that holds the secret ones, as JSON; `python/aiflow/_run/request.py` takes it away. */
export const secretLocations = 'AIFLOW_DATASET_LOCATIONS';

/** Throws what `locateDataset` throws. */
export function locateDatasets(job: Job, env: JobRuntimeEnv): DatasetLocations {
  const open: Record<string, DatasetLocation> = {};
  const secret: Record<string, DatasetLocation> = {};
  for (const { id, operation, works_on } of planOf(job).nodes) {
    const { dataset } = works_on;
    if (dataset === undefined) continue;
    const location = locateDataset(dataset, operation === 'write_dataset' ? 'write' : 'read', env);
    (location.uri === dataset.uri ? open : secret)[id] = location;
  }
  return { open, secret };
}
