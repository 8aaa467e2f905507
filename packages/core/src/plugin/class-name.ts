import type { PluginKind } from './record.ts';

/**
 * The short name of a plugin that configuration names by class: AIFlow's own Python paths
 * (`ai_flow_plugins.blob_manager_plugins.oss_blob_manager.OssBlobManager` is `oss`, and
 * `….airflow.airflow_scheduler.AirFlowScheduler` is `airflow`) are understood by their module's name. Anything
 * else, a short name or a package, is given back as it is.
 */
export function shortName(kind: PluginKind, className: string): string {
  const suffix = { blob: 'blob_manager', scheduler: 'scheduler', job: 'job_plugin' }[kind];
  const module = new RegExp(`(?:^|\\.)([a-z0-9_]+)_${suffix}\\.[A-Za-z0-9_]+$`).exec(className);
  return module?.[1] ?? className;
}
