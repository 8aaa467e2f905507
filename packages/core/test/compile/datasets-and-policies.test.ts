import { describe, expect, it } from 'vitest';
import type { AIGraph, JobConfig, Job, Workflow, WorkflowSettings } from '../../src/index.ts';
import {
  checkWorkflow,
  compileWorkflow,
  createRegistry,
  dataset,
  defineWorkflow,
  event,
  failed,
  finished,
  parseWorkflow,
  registerPlugin,
  serializeWorkflow,
  toSchedule,
} from '../../src/index.ts';
import { draw, oneStep, step } from '../define/drawing.ts';
import { jobRecord } from '../plugin/records.ts';

const resourceDir = '/nowhere/generated';

/** A generator that takes nothing over of the configuration but what it must. */
async function compile(
  graph: AIGraph,
  config: Partial<JobConfig> = {},
  projectDir = '/home/ada/penguins',
): Promise<Workflow> {
  const registry = createRegistry();
  const generate = async ({ config: own }: { readonly config: JobConfig }): Promise<Job> => ({
    config: {
      jobName: own.jobName,
      jobType: own.jobType,
      properties: { ...own.properties, completed: true },
    },
    platform: 'local',
    engine: 'none',
    plan: null,
    inputs: [],
    outputs: [],
  });
  registerPlugin(jobRecord({ getJobGenerator: () => ({ generate }) }), registry);
  const settings: WorkflowSettings = {
    properties: {},
    jobs: new Map([['a', { jobType: null, properties: {}, config }]]),
    schedules: null,
    limits: { jobs: 3 },
    dependencies: { jars: ['a.jar'] },
    locate: () => ({ file: 'w.yaml', line: 1, column: 1 }),
  };
  return compileWorkflow(graph, { resourceDir, projectDir, registry, settings });
}

const rows = dataset({ name: 'rows', uri: 'rows.csv' });
const labels = dataset({ name: 'labels', uri: 's3://bucket/labels' });
const clean = dataset({ name: 'clean', uri: 'clean.csv' });

describe('the datasets of a job', () => {
  const graph = defineWorkflow('w', (workflow) => {
    workflow.job('a', (job) => {
      const inputs = [labels, rows, labels].map((each) => job.readDataset(step(), { dataset: each }));
      for (const each of [clean, rows, clean]) job.writeDataset(step(), { dataset: each, inputs });
    });
    workflow.job('b', oneStep);
  });

  it('are what its nodes read and write, each once and in order, whichever plugin runs it', async () => {
    const workflow = await compile(graph);
    expect(workflow.jobs[0]?.inputDatasets).toEqual([labels, rows]);
    expect(workflow.jobs[0]?.outputDatasets).toEqual([clean, rows]);
  });

  it('are absent from a job that has none', async () => {
    const [, b] = (await compile(graph)).jobs;
    expect(b).not.toHaveProperty('inputDatasets');
    expect(b).not.toHaveProperty('outputDatasets');
  });

  it('are not named by an absolute path of the project', async () => {
    const inside = dataset({ name: 'inside', uri: '/home/ada/penguins/rows.csv' });
    const compiling = compile(
      defineWorkflow('w', (workflow) => {
        workflow.job('a', (job) => void job.readDataset(step(), { dataset: inside }));
      }),
    );
    await expect(compiling).rejects.toMatchObject({ code: 'compile.absolute_path' });
  });
});

describe('the policies of a job', () => {
  const graph = defineWorkflow('w', (workflow) => {
    workflow
      .job('a', { timeout: '1h', retry: 2, pool: 'gpu', poolSlots: 2 }, oneStep)
      .schedule({ interval: '1h' });
    workflow.limit({ jobs: 1, executions: 2 });
  });

  it('reach the compiled job although its generator leaves them out, and its properties are the generator’s', async () => {
    const [a] = (await compile(graph)).jobs;
    expect(a?.config).toMatchObject({
      jobName: 'a',
      jobType: 'fake',
      properties: { completed: true },
      timeoutMs: 3_600_000,
      retry: { limit: 2 },
      pool: 'gpu',
      poolSlots: 2,
      schedules: [{ kind: 'interval', intervalMs: 3_600_000 }],
    });
  });

  it('are those of the YAML where it says them', async () => {
    const workflow = await compile(graph, { timeoutMs: 5, schedules: [] });
    expect(workflow.jobs[0]?.config).toMatchObject({ timeoutMs: 5, schedules: [], pool: 'gpu' });
    expect(workflow.limits).toEqual({ jobs: 3, executions: 2 });
  });

  it('take places of a pool that is named somewhere', async () => {
    const noPool = defineWorkflow('w', (w) => void w.job('a', { poolSlots: 2 }, oneStep));
    await expect(compile(noPool)).rejects.toMatchObject({ code: 'config.invalid' });
    expect((await compile(noPool, { pool: 'cpu' })).jobs[0]?.config).toMatchObject({
      pool: 'cpu',
      poolSlots: 2,
    });
  });

  it('and rules, schedules, limits and the extractor come through a file unchanged', async () => {
    const everything = defineWorkflow('w', (w) => {
      w.job('a', { retry: 1, execMode: 'STREAM' }, (job) => void job.readDataset(step(), { dataset: rows }))
        .when(event({ key: 'k' }), 'NONE')
        .schedule({ cron: '0 6 * * *' });
      w.startWhen(event({ key: 'new_data', sender: null }));
      w.schedule({ interval: '1d' });
      w.extractContext({ field: 'value', pointer: '/id' });
      w.limit({ executions: 1 });
    });
    const workflow = await compile(everything);
    expect(parseWorkflow(serializeWorkflow(workflow))).toEqual(workflow);
    expect(checkWorkflow(workflow)).toBe(workflow);
  });
});

describe('the run condition of a job', () => {
  const waiting = draw(['b', 'c'], (w) => {
    w.job('a', oneStep)
      .startWhen(finished({ jobName: 'b' }))
      .stopWhen(finished({ jobName: 'c' }));
  });

  it('is worked into its START rules, so that schedulers need not know of it', async () => {
    const { rules } = await compile(waiting, { runCondition: 'upstream_failed' });
    expect(rules.map(({ action, condition }) => [action, condition])).toEqual([
      ['START', failed({ jobName: 'b' })],
      ['STOP', finished({ jobName: 'c' })],
    ]);
    expect((await compile(waiting)).rules).toBe(waiting.rules);
  });

  it('is refused when the YAML makes a cycle with it', async () => {
    const onlyByFailure = draw(['first'], (w) => {
      const a = w.job('a', { runCondition: 'upstream_failed' }, oneStep);
      const b = w.job('b', oneStep).startWhen(finished(a));
      a.startWhen({ kind: 'all', of: [finished({ jobName: 'first' }), finished(b)] });
    });
    const other = compile(onlyByFailure, { runCondition: 'upstream_ended' });
    await expect(other).rejects.toMatchObject({ code: 'define.cycle' });
  });
});

describe('jobs that wait for each other', () => {
  const circle = (hourly: boolean): AIGraph =>
    draw([], (w) => {
      const a = w.job('a', oneStep);
      const b = w.job('b', oneStep).startWhen(finished(a));
      a.startWhen(finished(b));
      if (hourly) a.schedule({ interval: '1h' });
    });

  it('are refused with their path', async () => {
    const thrown: unknown = await compile(circle(false)).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'define.cycle', context: { path: ['a', 'b', 'a'] } });
  });

  it('are taken when the YAML alone gives one of them a schedule', async () => {
    const schedules = [toSchedule({ interval: '1h' })];
    expect((await compile(circle(false), { schedules })).jobs[0]?.config.schedules).toEqual(schedules);
  });

  it('are refused when the YAML takes the schedule away that starts one of them', async () => {
    expect((await compile(circle(true))).jobs).toHaveLength(2);
    await expect(compile(circle(true), { schedules: [] })).rejects.toMatchObject({ code: 'define.cycle' });
  });
});
