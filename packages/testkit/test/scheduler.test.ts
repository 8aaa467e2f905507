import type { Scheduler } from '@aiflow/core';
import { describe, expect, it } from 'vitest';
import type { SchedulerPlace, TestRunner } from '../src/index.ts';
import { schedulerSuite } from '../src/index.ts';
import { failuresOf } from './collect.ts';
import { automaticMutants } from './reference/scheduler/automatic-mutants.ts';
import { languageMutants } from './reference/scheduler/language-mutants.ts';
import { schedulerMutants } from './reference/scheduler/mutants.ts';
import { ReferenceScheduler } from './reference/scheduler/scheduler.ts';
import { schedulingMutants } from './reference/scheduler/scheduling-mutants.ts';
import { trapMutants } from './reference/scheduler/trap-mutants.ts';

const capabilities = {
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
};

function suite(open: (place: SchedulerPlace) => Scheduler, patience: number): (runner: TestRunner) => void {
  return (runner) => schedulerSuite({ ...runner, name: 'reference', capabilities, open, patience });
}

describe('the scheduler suite', () => {
  suite((place) => new ReferenceScheduler(place), 20_000)({ describe, it });

  for (const { breaks, open, fails } of [
    ...schedulerMutants,
    ...languageMutants,
    ...automaticMutants,
    ...schedulingMutants,
    ...trapMutants,
  ]) {
    it(`notices that ${breaks}`, async () => {
      const failures = await failuresOf(suite(open, 2000), { sideBySide: 50 });
      expect(failures.map(({ name }) => withoutTraps(name))).toEqual(fails);
    });
  }
});

/** The name of a case without the traps that it is about. */
function withoutTraps(name: string): string {
  return name.replace(/^trap: /, '').replace(/ \(trap: .*\)$/, '');
}
