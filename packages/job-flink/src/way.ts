import { readProperties } from './options.ts';
import type { FlinkPlan } from './plan.ts';

/**
 * How a job comes to Flink. `rest`: a jar through the JobManager. `gateway`: SQL through the SQL gateway. `client`: the
 * command `flink run`, as a process of this machine. `local`: a mini cluster in a Python process of this machine.
 */
export type Way = 'rest' | 'gateway' | 'client' | 'local';

export function chooseWay(plan: FlinkPlan, properties: unknown): Way {
  const { run_mode, jobmanager, sql_gateway, flink_run_args } = readProperties(properties);
  const isCluster = jobmanager !== undefined || flink_run_args !== undefined;
  if ((run_mode ?? (isCluster ? 'cluster' : 'local')) === 'local') return 'local';
  if (flink_run_args !== undefined || jobmanager === undefined) return 'client';
  if (plan.kind === 'java') return 'rest';
  const isSql = plan.nodes.every(({ kind }) => kind === 'sql');
  return isSql && sql_gateway !== undefined ? 'gateway' : 'client';
}
