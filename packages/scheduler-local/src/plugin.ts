import type { SchedulerPlugin } from '@aiflow/core';
import { pluginOrigin, protocol } from '@aiflow/core';
import type { LocalSchedulerOptions } from './options.ts';
import { localSchedulerOptions } from './options.ts';
import { LocalScheduler } from './scheduler.ts';

/** The scheduler `local`: embedded in the process that starts it, durable in one SQLite file. */
export const localScheduler: SchedulerPlugin<LocalSchedulerOptions> = {
  kind: 'scheduler',
  name: 'local',
  ...pluginOrigin(import.meta.url),
  protocol,
  capabilities: {
    events: true,
    jobSchedules: true,
    labels: true,
    limits: true,
    pools: true,
    retries: true,
    schedulingStops: true,
    timeouts: true,
    workflowRules: true,
    workflowSchedules: true,
  },
  options: localSchedulerOptions,
  create: (config, host) => new LocalScheduler(config, host),
};
