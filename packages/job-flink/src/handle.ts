import type { Job, JobHandle, PluginOrigin } from '@aiflow/core';
import { pluginOrigin } from '@aiflow/core';
import type { ProcessHandleData } from '@aiflow/process';
import { readProperties } from './options.ts';
import { planOf } from './plan.ts';
import type { Way } from './way.ts';
import { chooseWay } from './way.ts';

/** The documents' FlinkJobHandle. The ids of the jobs on the cluster follow from the attempt's. */
export type FlinkJobHandle = JobHandle<FlinkHandleData>;

/** What a handle remembers: for whoever watches and stops the job without having its properties. */
export type FlinkHandleData = ProcessHandleData & {
  readonly way: Way;
  readonly kind: 'java' | 'tables';
  /** Null: the cluster is reached by Flink's command only. */
  readonly jobmanager: string | null;
  readonly sql_gateway: string | null;
  readonly stop_mode: 'cancel' | 'stop';
  readonly savepoint_dir: string | null;
  readonly flink_stop_args: readonly string[];
  readonly flink_home: string | null;
  readonly result_rows: number;
  readonly unreachable_seconds: number;
};

export const origin: PluginOrigin = pluginOrigin(import.meta.url);

export function handleDataOf(job: Job): FlinkHandleData {
  const settings = readProperties(job.config.properties);
  const plan = planOf(job);
  return {
    way: chooseWay(plan, job.config.properties),
    kind: plan.kind,
    jobmanager: settings.jobmanager ?? null,
    sql_gateway: settings.sql_gateway ?? null,
    stop_mode: settings.stop_mode,
    savepoint_dir: settings.savepoint_dir ?? null,
    flink_stop_args: settings.flink_stop_args,
    flink_home: settings.flink_home ?? null,
    result_rows: settings.result_rows,
    unreachable_seconds: settings.unreachable_seconds,
    stop_grace_seconds: settings.stop_grace_seconds,
  };
}
