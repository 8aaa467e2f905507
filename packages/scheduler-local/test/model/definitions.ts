import type {
  Condition,
  Job,
  JobConfig,
  JobRule,
  Schedule,
  Status,
  Workflow,
  WorkflowCondition,
  WorkflowRule,
} from '@aiflow/core';
import { statusEventTypes } from '@aiflow/core';
import * as fc from 'fast-check';
import { workflowOf } from '../workflow.ts';

export const workflowNames = ['first', 'second'] as const;
export const contexts = ['one', 'two'] as const;
export const senders = ['somebody', 'one'] as const;
export const keys = ['go', 'end'] as const;
export const values = ['1', '2'] as const;
export const pool = 'pair';

const statuses: readonly Status[] = ['INIT', 'RUNNING', 'FINISHED', 'FINISHED', 'FAILED', 'KILLED'];

const life = fc.constantFrom<'ONCE' | 'REPEATED'>('ONCE', 'ONCE', 'REPEATED');

const outsideEvent: fc.Arbitrary<WorkflowCondition> = fc
  .record({
    kind: fc.constant('event' as const),
    key: fc.constantFrom(...keys, '*'),
    value: fc.constantFrom(...values, null),
    eventType: fc.constantFrom('UNDEFINED', 'UNDEFINED', '*'),
    namespace: fc.constantFrom('default', 'default', '*'),
    sender: fc.constantFrom<string | null>('*', '*', null, ...senders),
    life,
  })
  .map((pattern) => ({
    ...pattern,
    valueCondition: pattern.value === null ? ('UPDATED' as const) : ('EQUALS' as const),
  }));

const workflowStatus: fc.Arbitrary<WorkflowCondition> = fc
  .record({
    key: fc.constantFrom(...workflowNames),
    value: fc.constantFrom('RUNNING', 'FINISHED', 'FAILED', 'KILLED'),
    life,
  })
  .map(({ key, value, life }) => ({
    kind: 'event',
    key,
    value,
    valueCondition: 'EQUALS',
    eventType: statusEventTypes.workflow,
    namespace: 'project',
    sender: '*',
    life,
  }));

function conditionOf<Leaf extends Condition>(leaf: fc.Arbitrary<Leaf>): fc.Arbitrary<Condition> {
  const group = (kind: 'all' | 'any', of: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> =>
    fc.array(of, { minLength: 1, maxLength: 2 }).map((parts) => ({ kind, of: parts }));
  const shallow = fc.oneof({ weight: 3, arbitrary: leaf }, group('all', leaf), group('any', leaf));
  return fc.oneof({ weight: 4, arbitrary: shallow }, group('all', shallow), group('any', shallow));
}

/** Odd numbers, so that few things fall due at one moment; some do. */
const interval: fc.Arbitrary<Schedule> = fc.record({
  kind: fc.constant('interval' as const),
  intervalMs: fc.constantFrom(7001, 11_003, 61_007),
  startDate: fc.constantFrom(null, null, '2026-01-01T00:00:05.001Z'),
  missedTicks: fc.constantFrom<'latest' | 'all' | 'none'>('latest', 'all', 'none'),
});

const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const policy: fc.Arbitrary<Partial<JobConfig>> = fc
  .record({
    retry: rarely(
      fc.record({
        limit: fc.integer({ min: 1, max: 2 }),
        delayMs: fc.constantFrom(0, 2003, 5009),
        backoff: fc.constantFrom(1, 2),
        maxDelayMs: fc.constant(8011),
        jitter: fc.constant(0),
      }),
    ),
    timeoutMs: seldom(fc.constantFrom(3001, 9001)),
    schedules: seldom(fc.array(interval, { minLength: 1, maxLength: 1 })),
    pool: rarely(fc.constant(pool)),
    poolSlots: rarely(fc.constantFrom(1, 2)),
  })
  .map((config) => Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)));

const datasets = rarely(fc.constant([{ name: 'go', uri: '1', format: null, schema: null, properties: {} }]));

function ruleOf(jobs: readonly string[]): fc.Arbitrary<JobRule> {
  const status = fc.record({
    kind: fc.constant('job_status' as const),
    jobName: fc.constantFrom(...jobs),
    status: fc.constantFrom(...statuses),
  });
  const leaf: fc.Arbitrary<Condition> = fc.oneof(
    { weight: 4, arbitrary: status },
    { weight: 3, arbitrary: outsideEvent },
    { weight: 1, arbitrary: workflowStatus },
  );
  return fc.record({
    jobName: fc.constantFrom(...jobs),
    action: fc.constantFrom<JobRule['action']>('START', 'START', 'START', 'STOP', 'RESTART', 'NONE'),
    condition: conditionOf(leaf),
  });
}

const workflowRule: fc.Arbitrary<WorkflowRule> = fc.record({
  action: fc.constantFrom<WorkflowRule['action']>('START', 'START', 'STOP', 'NONE'),
  condition: conditionOf(fc.oneof({ weight: 2, arbitrary: outsideEvent }, workflowStatus)),
});

/** Workflows with a bit of everything, sensible or not. */
export const definition: fc.Arbitrary<Workflow> = fc
  .integer({ min: 1, max: 4 })
  .chain((count) => {
    const jobs = Array.from({ length: count }, (_, index) => `job_${index}`);
    return fc.record({
      name: fc.constantFrom(...workflowNames),
      jobs: fc.constant(jobs),
      configs: fc.tuple(...jobs.map(() => policy)),
      datasets: fc.tuple(...jobs.map(() => datasets)),
      rules: fc.array(ruleOf(jobs), { maxLength: 5 }),
      workflowRules: fc.array(workflowRule, { maxLength: 2 }),
      schedules: seldom(fc.array(interval, { minLength: 1, maxLength: 2 })),
      extractor: fc.constantFrom(null, null, null, {
        kind: 'field' as const,
        field: 'sender' as const,
        pointer: null,
      }),
      limits: fc.record({ jobs: rarely(fc.constantFrom(1, 2)), executions: rarely(fc.constantFrom(1, 2)) }),
      properties: fc.record({ edition: fc.nat(3) }),
    });
  })
  .map(({ name, jobs, configs, datasets, rules, schedules = [], extractor, limits, ...more }) => {
    const byName = <T>(all: readonly T[]): Record<string, T> =>
      Object.fromEntries(jobs.flatMap((jobName, at) => (all[at] === undefined ? [] : [[jobName, all[at]]])));
    const written = datasets.map((each): Partial<Job> =>
      each === undefined ? {} : { outputDatasets: each },
    );
    const set = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
    const distinct = new Map(schedules.map((schedule) => [JSON.stringify(schedule), schedule]));
    const workflow = { ...more, schedules: [...distinct.values()], contextExtractor: extractor, limits: set };
    return workflowOf(name, jobs, rules, { configs: byName(configs), jobs: byName(written), workflow });
  });
