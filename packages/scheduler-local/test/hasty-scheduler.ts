import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptRunner, ProjectContext, Schedule, Scheduler, Workflow } from '@aiflow/core';
import { event, systemClock } from '@aiflow/core';
import { createScriptedRunner, createTestHost } from '@aiflow/testkit';
import { localScheduler } from '../src/plugin.ts';
import { workflowOf } from './workflow.ts';

/** Ten schedules whose ticks come a second apart, one after the other. */
const schedules = Array.from({ length: 10 }, (_, tenth): Schedule => {
  const startDate = new Date(Date.UTC(2020, 0, 1) + 100 * tenth).toISOString();
  return { kind: 'interval', intervalMs: 1000, startDate, missedTicks: 'all' };
});
const onGo = { action: 'START', condition: event({ key: 'go' }) } as const;

/** Workflows that start by ticks, and by events whose contexts a field or a slow function of the project gives. */
const workflows: readonly Workflow[] = [
  workflowOf('ticking', ['a'], [], { workflow: { schedules } }),
  workflowOf('by_field', ['a'], [], {
    workflow: { workflowRules: [onGo], contextExtractor: { kind: 'field', field: 'value', pointer: null } },
  }),
  workflowOf('by_module', ['a'], [], {
    workflow: {
      workflowRules: [onGo],
      contextExtractor: { kind: 'module', module: 'context.ts', exportName: 'default' },
    },
  }),
];

/** A scheduler whose jobs end as soon as they begin, by the clock of this machine. */
export async function hastyScheduler(stateDir: string): Promise<Scheduler> {
  const host = await createTestHost({
    stateDir,
    clock: systemClock,
    contextOf: async ({ value }) => {
      await delay(1);
      return { contexts: [value] };
    },
  });
  const script = createScriptedRunner();
  const runner: AttemptRunner = {
    find: (attempt) => script.find(attempt),
    start: (attempt) => {
      const run = script.start(attempt);
      script.attempts.at(-1)?.finish();
      return run;
    },
  };
  const config = { database: 'scheduler.db', max_running_jobs: 16, pools: {} };
  return localScheduler.create(config, { ...host, runner });
}

export async function submitAll(scheduler: Scheduler, context: ProjectContext): Promise<void> {
  for (const workflow of workflows) await scheduler.submitWorkflow(workflow, context);
}
