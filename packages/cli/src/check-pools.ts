import type { Problem, Project, SchedulerPlugin, Workflow } from '@aiflow/core';
import { getPlugin, isJsonObject, nearest, problemsError, validateOptions } from '@aiflow/core';

/** How many places each pool of a scheduler has; what a reference stands for is not known. */
export type Pools = Readonly<Record<string, unknown>>;

/** The pools that a project's scheduler has, by its options; null when it knows of none or its plugin is not loaded. */
export async function poolsOf(project: Project, schedulerName: string): Promise<Pools | null> {
  const { options }: SchedulerPlugin = getPlugin('scheduler', schedulerName);
  const { config, keys } = project.scheduler;
  const validated = await validateOptions(options, config, keys, project.locate);
  // What is wrong with them is told elsewhere, and references need not be set.
  const known: unknown = validated.problems === undefined ? validated.value : config;
  const pools: unknown = typeof known === 'object' && known !== null ? Reflect.get(known, 'pools') : null;
  return isJsonObject(pools) ? pools : null;
}

/** Throws `workflow.pools` with every job that would wait for places for ever; `file` is where the workflow lies. */
export function checkPools({ jobs }: Workflow, pools: Pools | null, file: string | null): void {
  if (pools === null) return;
  const problems = jobs.flatMap(({ config: { jobName, pool, poolSlots = 1 } }): Problem[] => {
    const wrong = pool === undefined ? null : wrongPool(pool, poolSlots, pools);
    if (wrong === null) return [];
    const message = `job "${jobName}" ${wrong}`;
    return [{ file, line: null, column: null, key: `${jobName}.pool`, message }];
  });
  if (problems.length > 0) throw problemsError('workflow.pools', problems);
}

function wrongPool(pool: string, slots: number, pools: Pools): string | null {
  const size = Object.hasOwn(pools, pool) ? pools[pool] : undefined;
  const write = `write pools: { ${pool}: ${slots} } under scheduler_config`;
  if (size === undefined) {
    const near = nearest(pool, Object.keys(pools));
    const hint = near === null ? '' : ` (did you mean "${near}"?)`;
    return `names pool "${pool}", which the scheduler does not have${hint}: ${write}, or take the pool from the job`;
  }
  if (typeof size !== 'number' || slots <= size) return null;
  return `takes ${slots} places of pool "${pool}", which has ${size}: ${write}, or give the job a smaller pool_slots`;
}
