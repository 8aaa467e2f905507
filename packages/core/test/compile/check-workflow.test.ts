import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Workflow } from '../../src/index.ts';
import {
  all,
  checkWorkflow,
  dataset,
  event,
  finished,
  isAIFlowError,
  parseWorkflow,
  retryPolicy,
  serializeWorkflow,
  toSchedule,
  workflowFormat,
} from '../../src/index.ts';
import { errorOf, thrownBy } from '../thrown.ts';

const rows = dataset({ name: 'rows', uri: 'rows.csv', schema: [{ name: 'id', type: 'INT64' }] });
const hourly = toSchedule({ interval: '1h' });
const config = {
  jobName: 'a',
  jobType: 't',
  properties: {},
  platform: 'local',
  engine: 'none',
  execMode: 'BATCH',
  schedules: [hourly],
  retry: retryPolicy(3),
  timeoutMs: 1000,
  pool: 'gpu',
  poolSlots: 2,
  runCondition: 'upstream_ended',
  labelIntervalMs: 500,
} as const;
const job = {
  config,
  platform: 'p',
  engine: 'e',
  plan: null,
  inputs: [],
  outputs: [],
  inputDatasets: [rows],
  outputDatasets: [rows],
};
const newData = event({ key: 'new_data' });
const whole: Workflow = {
  format: workflowFormat,
  workflowName: 'w',
  properties: {},
  jobs: [job],
  rules: [
    { jobName: 'a', action: 'NONE', condition: all(newData, finished({ jobName: 'a' })) },
    { jobName: 'a', action: 'RESTART', condition: newData },
  ],
  workflowRules: [{ action: 'STOP', condition: newData }],
  schedules: [hourly, toSchedule({ cron: '0 6 * * *', timezone: 'Europe/Paris' })],
  contextExtractor: { kind: 'module', module: 'workflows/w/context.ts', exportName: 'default' },
  limits: { jobs: 2, executions: 1 },
  dependencies: { jars: ['a.jar'] },
  plugins: [],
};

const withConfig = (more: object): object => ({
  ...whole,
  jobs: [{ ...job, config: { ...config, ...more } }],
});
const withExtractor = (extractor: unknown): object => ({ ...whole, contextExtractor: extractor });

describe('a compiled workflow from elsewhere', () => {
  it('is given back as it is when it has the shape', () => {
    expect(checkWorkflow(whole)).toBe(whole);
    const field = withExtractor({ kind: 'field', field: 'value', pointer: '/run/~1id~0/0' });
    expect(checkWorkflow(field)).toBe(field);
  });

  it.each<[string, object]>([
    ['no jobs', { ...whole, jobs: [] }],
    ['its job 2 is none', { ...whole, jobs: [job, 1] }],
    ['its job 1 is none', { ...whole, jobs: [{ ...job, config: { jobName: 'a' } }] }],
    ['its job 1 is none', { ...whole, jobs: [{ ...job, inputDatasets: [{ name: 'rows' }] }] }],
    [
      'its job 1 is none',
      { ...whole, jobs: [{ ...job, outputDatasets: [{ ...rows, schema: [{ name: 'id', type: 'TEXT' }] }] }] },
    ],
    ['its job 1 has a execMode that is none', withConfig({ execMode: 'batch' })],
    ['its job 1 has a schedules that is none', withConfig({ schedules: [{ ...hourly, intervalMs: -1 }] })],
    ['its job 1 has a retry that is none', withConfig({ retry: { ...config.retry, limit: -1 } })],
    ['its job 1 has a retry that is none', withConfig({ retry: { ...config.retry, backoff: null } })],
    ['its job 1 has a retry that is none', withConfig({ retry: 3 })],
    ['its job 1 has a timeoutMs that is none', withConfig({ timeoutMs: 0 })],
    ['its job 1 has a pool that is none', withConfig({ pool: null })],
    ['its job 1 has a poolSlots that is none', withConfig({ poolSlots: 0.5 })],
    ['its job 1 has a runCondition that is none', withConfig({ runCondition: 'always' })],
    ['its job 1 has a labelIntervalMs that is none', withConfig({ labelIntervalMs: '5s' })],
    ['its rule 1 is none', { ...whole, rules: [null] }],
    ['its rule 1 is none', { ...whole, rules: [{ jobName: 'a', action: 'JUMP', condition: newData }] }],
    [
      'its rule 1 is none',
      { ...whole, rules: [{ jobName: 'a', action: 'START', condition: { kind: 'all', of: [] } }] },
    ],
    [
      'its workflow rule 1 is none',
      { ...whole, workflowRules: [{ action: 'START', condition: finished({ jobName: 'a' }) }] },
    ],
    ['its workflow rule 1 is none', { ...whole, workflowRules: [{ action: 'RESTART', condition: newData }] }],
    ['it has no list of workflow rules', { ...whole, workflowRules: undefined }],
    ['its schedule 2 is none', { ...whole, schedules: [hourly, { ...hourly, missedTicks: 'some' }] }],
    ['it has no list of schedules', { ...whole, schedules: {} }],
    ['its context extractor is none', withExtractor(undefined)],
    ['its context extractor is none', withExtractor({ kind: 'field', field: 'version', pointer: null })],
    ['its context extractor is none', withExtractor({ kind: 'field', field: 'value', pointer: 'id' })],
    [
      'its context extractor is none',
      withExtractor({ kind: 'module', module: '../outside.ts', exportName: 'default' }),
    ],
    [
      'its context extractor is none',
      withExtractor({ kind: 'module', module: 'workflows/../../outside.ts', exportName: 'default' }),
    ],
    [
      'its context extractor is none',
      withExtractor({ kind: 'module', module: '/etc/outside.ts', exportName: 'default' }),
    ],
    ['its limits are none', { ...whole, limits: { jobs: 0 } }],
    ['its limits are none', { ...whole, limits: null }],
    ['its dependencies are no object', { ...whole, dependencies: [] }],
    ['its properties are no object', { ...whole, properties: [] }],
    ['it has no name', { ...whole, workflowName: 7 }],
  ])('says what is wrong: %s', (what, value) => {
    expect(errorOf(() => checkWorkflow(value), 'workflow.invalid').message).toContain(what);
  });

  it('is refused with one line, whatever stands at one of its places', () => {
    const paths = pathsOf(JSON.parse(JSON.stringify(whole)));
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.anything(), (path, value) => {
        const changed: unknown = put(JSON.parse(JSON.stringify(whole)), path, value);
        expect(outcomeOf(changed)).toMatch(/^.+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused when a condition of it never ends', () => {
    const loop: { kind: string; of: unknown[] } = { kind: 'any', of: [] };
    loop.of.push(loop, loop);
    const value = { ...whole, rules: [{ jobName: 'a', action: 'START', condition: loop }] };
    expect(
      isAIFlowError(
        thrownBy(() => checkWorkflow(value)),
        'workflow.invalid',
      ),
    ).toBe(true);
  });
});

/** What checking comes to, on one line unless it crashes. */
function outcomeOf(value: unknown): string {
  try {
    return checkWorkflow(value) === value ? 'taken' : '';
  } catch (error) {
    return isAIFlowError(error) ? error.message : '';
  }
}

type Path = readonly string[];

function pathsOf(value: unknown, before: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [before];
  return [before, ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...before, key]))];
}

function put(into: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof into === 'object' && into !== null)
    Reflect.set(into, key, put(Reflect.get(into, key), rest, value));
  return into;
}

describe('reading a compiled workflow from a text', () => {
  const deep = (open: string, close: string, depth: number): string =>
    open.repeat(depth) + '1' + close.repeat(depth);

  it.each([
    ['lists', deep('[', ']', 200_000)],
    ['objects', deep('{"a":', '}', 200_000)],
    ['a plan', planOf(deep('[', ']', 200_000))],
  ])('refuses %s nested too deep for any stack, and says so', (_, text) => {
    expect(errorOf(() => parseWorkflow(text), 'workflow.invalid').message).toMatch(
      /nested more than 1000 deep/,
    );
  });

  it('takes what is nested as deep as a definition may be', () => {
    const { jobs } = parseWorkflow(planOf(deep('[', ']', 500)));
    expect(jobs).toHaveLength(1);
  });

  it('says of other texts that they are not JSON', () => {
    expect(errorOf(() => parseWorkflow('{'), 'workflow.invalid').message).toMatch(/must be JSON/);
  });
});

/** A workflow whose job has this plan. */
function planOf(plan: string): string {
  return serializeWorkflow(whole).replace('"plan":null', () => `"plan":${plan}`);
}
