import type { JobConfig, Workflow } from '@aiflow/core';
import { AIFlowError, isFinal } from '@aiflow/core';
import type { EngineFaults } from './faults.ts';
import type { Store, StoredExecution } from './store.ts';
import { areSiblings } from './store.ts';

const pools: Readonly<Record<string, number>> = { pair: 2 };

export function checkPools({ jobs }: Workflow): void {
  for (const { config } of jobs) {
    if (config.pool === undefined) continue;
    const size = pools[config.pool];
    if (size === undefined)
      throw new AIFlowError('scheduler.unknown_pool', `there is no pool ${config.pool}`);
    if ((config.poolSlots ?? 1) > size)
      throw new AIFlowError('scheduler.pool_too_small', 'the pool is too small');
  }
}

/** Whether there is room for a job of an execution beside all that has begun. */
export function hasRoom(
  store: Store,
  execution: StoredExecution,
  config: JobConfig,
  faults: EngineFaults,
): boolean {
  const { jobs: limit = Infinity } = execution.definition.workflow.limits ?? {};
  let begun = 0;
  for (const other of store.executions.values()) {
    const counts = faults.countsEach === true ? other === execution : areSiblings(execution, other);
    if (!counts && faults.countsAll !== true) continue;
    begun += other.attempts.filter(({ status, reason }) => !isFinal(status) && reason === null).length;
  }
  return begun < limit && hasRoomInPool(store, config);
}

function hasRoomInPool(store: Store, { pool, poolSlots = 1 }: JobConfig): boolean {
  if (pool === undefined) return true;
  let taken = 0;
  for (const execution of store.executions.values()) {
    for (const { jobName, status, reason } of execution.attempts) {
      const config = configOf(execution, jobName);
      if (config.pool === pool && !isFinal(status) && reason === null) taken += config.poolSlots ?? 1;
    }
  }
  return taken + poolSlots <= (pools[pool] ?? 0);
}

export function configOf({ definition }: StoredExecution, jobName: string): JobConfig {
  const job = definition.workflow.jobs.find(({ config }) => config.jobName === jobName);
  if (job === undefined) throw new Error(`the workflow has no job ${jobName}`);
  return job.config;
}
