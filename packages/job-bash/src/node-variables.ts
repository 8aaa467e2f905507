import { existsSync } from 'node:fs';
import type { DatasetLocation, ExecMode, JobRuntimeEnv } from '@aiflow/core';
import { locateDataset } from '@aiflow/core';
import type { Variables } from './graph-order.ts';
import type { PlannedNode } from './plan.ts';

/**
 * What a command finds in its environment about its node, beside the job's own facts. One that was not said is not
 * set, and is not inherited either: `nounset` then finds the mistake, and `${NAME:-…}` says what to take instead.
 */
const nodeVariableNames = {
  operation: 'AIFLOW_OPERATION',
  execMode: 'AIFLOW_EXEC_MODE',
  datasetName: 'AIFLOW_DATASET_NAME',
  datasetUri: 'AIFLOW_DATASET_URI',
  datasetFormat: 'AIFLOW_DATASET_FORMAT',
  modelName: 'AIFLOW_MODEL_NAME',
  modelVersion: 'AIFLOW_MODEL_VERSION',
  baseModelName: 'AIFLOW_BASE_MODEL_NAME',
  baseModelVersion: 'AIFLOW_BASE_MODEL_VERSION',
} as const;

const ownNames: readonly string[] = Object.values(nodeVariableNames);

/** The variables of one node. */
export interface NodeVariables {
  readonly open: Variables;
  /** Those with a secret in them: no file may hold them. */
  readonly secret: Variables;
}

/** Throws what `locateDataset` throws. Where a dataset is on this machine is found out now. */
export function variablesOf(node: PlannedNode, execMode: ExecMode, env: JobRuntimeEnv): NodeVariables {
  const { dataset, model, modelVersion, baseModel, baseModelVersion } = node.works_on;
  const names = nodeVariableNames;
  const open: readonly (readonly [string, string | null | undefined])[] = [
    [names.operation, node.operation],
    [names.execMode, execMode],
    [names.datasetName, dataset?.name],
    [names.datasetFormat, dataset?.format],
    [names.modelName, model?.name],
    [names.modelVersion, modelVersion],
    [names.baseModelName, baseModel?.name],
    [names.baseModelVersion, baseModelVersion],
  ];
  const said = Object.fromEntries(
    open.filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
  if (dataset === undefined) return { open: said, secret: {} };
  const location = locateDataset(dataset, node.operation === 'write_dataset' ? 'write' : 'read', env);
  const uri = { [names.datasetUri]: placeOf(location) };
  return location.uri === dataset.uri
    ? { open: { ...said, ...uri }, secret: {} }
    : { open: said, secret: uri };
}

function placeOf({ uri, paths }: DatasetLocation): string {
  return paths.find((path) => existsSync(path)) ?? paths.at(-1) ?? uri;
}

/** What a job inherits, without what was another job's: this one may have been started by it. */
export function withoutNodeVariables(environment: Variables): Variables {
  if (!ownNames.some((name) => Object.hasOwn(environment, name))) return environment;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ownNames.includes(name)));
}
