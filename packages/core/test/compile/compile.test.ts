import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AISubGraph, Job, PluginRegistry, Workflow, WorkflowSettings } from '../../src/index.ts';
import {
  canonicalJson,
  compileWorkflow,
  createRegistry,
  defineWorkflow,
  finished,
  isAIFlowError,
  parseWorkflow,
  registerPlugin,
  serializeWorkflow,
  workflowFormat,
} from '../../src/index.ts';
import { draw, oneStep, step } from '../define/drawing.ts';
import { jobRecord } from '../plugin/records.ts';
import { problemsOf } from '../project/problems.ts';

let resourceDir: string;
beforeEach(async () => {
  resourceDir = await mkdtemp(join(tmpdir(), 'aiflow-compile-'));
});
afterEach(async () => {
  await rm(resourceDir, { recursive: true });
});

type Generate = (subGraph: AISubGraph, resourceDir: string) => Promise<Job>;

const plain: Generate = async ({ config, nodes }) => ({
  config,
  platform: 'local',
  engine: 'none',
  plan: nodes.map(({ processor }) => processor.params as { text: string }),
  inputs: [],
  outputs: [],
});

function registryWith(generate: Generate, more: object = {}): PluginRegistry {
  const registry = createRegistry();
  registerPlugin(jobRecord({ getJobGenerator: () => ({ generate }), ...more }), registry);
  return registry;
}

const strict = {
  '~standard': {
    version: 1,
    vendor: 'by-hand',
    validate: (value: object) => {
      const unknown = Object.keys(value).filter((key) => key !== 'known');
      if (unknown.length === 0) return { value };
      return { issues: unknown.map((key) => ({ message: 'no such option', path: [key] })) };
    },
  },
};

function settings(
  jobs: Record<
    string,
    { jobType?: string; properties?: Record<string, number>; config?: { engine: string } }
  >,
): WorkflowSettings {
  return {
    properties: { from: 'yaml' },
    jobs: new Map(
      Object.entries(jobs).map(([name, { jobType = null, properties = {}, config = {} }]) => [
        name,
        { jobType, properties, config },
      ]),
    ),
    schedules: null,
    limits: {},
    dependencies: {},
    locate: (path) => ({ file: 'w.yaml', line: path.length, column: 1 }),
  };
}

const twoJobs = draw(['a'], (workflow) => {
  workflow.properties({ from: 'definition', owner: 'us' });
  workflow
    .job('b', { type: 'fake', properties: { known: 1 } }, (job) => void job.node(step('second')))
    .startWhen(finished({ jobName: 'a' }));
});

describe('compiling', () => {
  it('splits by job, generates by job type, and gives a workflow with its format and plugins', async () => {
    const workflow = await compileWorkflow(twoJobs, { resourceDir, registry: registryWith(plain) });
    expect(workflow).toMatchObject({ format: workflowFormat, workflowName: 'drawn', rules: twoJobs.rules });
    expect(workflow.jobs.map(({ config, plan }) => [config.jobName, plan])).toEqual([
      ['a', [{ text: 'step' }]],
      ['b', [{ text: 'second' }]],
    ]);
    expect(workflow.plugins).toEqual([{ kind: 'job', name: 'fake', package: 'job-fake', version: '2.0.0' }]);
  });

  it('gives the same bytes each time, wherever it writes', async () => {
    const registry = registryWith(plain);
    const other = join(resourceDir, 'elsewhere');
    const first = await compileWorkflow(twoJobs, { resourceDir, registry });
    const second = await compileWorkflow(twoJobs, { resourceDir: other, registry });
    expect(serializeWorkflow(second)).toBe(serializeWorkflow(first));
    expect(canonicalJson(second)).toBe(canonicalJson(first));
  });

  it('gives each job a directory of its own name, which is there only when the generator makes it', async () => {
    const writing: Generate = async (subGraph, directory) => {
      if (subGraph.config.jobName === 'a') {
        await mkdir(directory, { recursive: true });
        await writeFile(join(directory, 'main.sh'), 'true');
      }
      return await plain(subGraph, directory);
    };
    await compileWorkflow(twoJobs, { resourceDir, registry: registryWith(writing) });
    expect(await readFile(join(resourceDir, 'a/main.sh'), 'utf8')).toBe('true');
    expect(existsSync(join(resourceDir, 'b'))).toBe(false);
  });

  it('lets the YAML win over the definition, key by key', async () => {
    const options = {
      resourceDir,
      registry: registryWith(plain),
      settings: settings({ b: { jobType: 'fake', properties: { known: 2 } } }),
    };
    const workflow = await compileWorkflow(twoJobs, options);
    expect(workflow.properties).toEqual({ from: 'yaml', owner: 'us' });
    expect(workflow.jobs[1]?.config.properties).toEqual({ known: 2 });
  });

  it('names every problem of the settings and properties at once, each at its place', async () => {
    const wrong = settings({ c: {}, a: { properties: { knwon: 1, other: 2 } }, b: { jobType: 'python' } });
    const compiling = compileWorkflow(twoJobs, {
      resourceDir,
      registry: registryWith(plain, { options: strict }),
      settings: wrong,
    });
    const error: unknown = await compiling.catch((thrown: unknown) => thrown);
    if (!isAIFlowError(error, 'config.invalid')) throw new Error('expected config.invalid', { cause: error });
    expect(error.problems.map(({ key }) => key)).toEqual([
      'c',
      'b.job_type',
      'a.properties.knwon',
      'a.properties.other',
    ]);
    for (const problem of error.problems) expect(problem.file).toBe('w.yaml');
  });

  it('names with them what was wrong before, and what is wrong inside a job of a wrong type or engine', async () => {
    const wrong = settings({
      a: { jobType: 'python', properties: { knwon: 1 } },
      b: { config: { engine: 'python' }, properties: { other: 1 } },
    });
    const before = { file: 'w.yaml', line: 1, column: 1, key: 'a.timeout', message: 'no time' };
    const compiling = compileWorkflow(twoJobs, {
      resourceDir,
      registry: registryWith(plain, { options: strict }),
      settings: {
        ...wrong,
        locate: ([jobName]) => ({ file: 'w.yaml', line: jobName === 'a' ? 2 : 1, column: 2 }),
      },
      problems: [before],
    });
    const keys = (await problemsOf(compiling)).map(({ key }) => key);
    expect(keys).toEqual([before.key, 'b.engine', 'b.properties.other', 'a.job_type', 'a.properties.knwon']);
  });

  it('takes nothing of which something was known to be wrong', async () => {
    const problems = [{ file: null, line: null, column: null, key: 'k', message: 'wrong' }];
    const compiling = compileWorkflow(twoJobs, { resourceDir, registry: registryWith(plain), problems });
    expect(await problemsOf(compiling)).toEqual(problems);
  });

  it('needs the plugin of every job', async () => {
    const compiling = compileWorkflow(twoJobs, { resourceDir, registry: createRegistry() });
    await expect(compiling).rejects.toMatchObject({ code: 'plugin.not_registered' });
  });

  it.each<[string, (job: Job, directory: string) => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['an object without a plan or a config', () => ({})],
    ['a function', (job) => ({ ...job, plan: { run: () => 1 } })],
    ['another job', (job) => ({ ...job, config: { ...job.config, jobName: 'other' } })],
  ])('refuses a generator that makes %s', async (_, change) => {
    const generate: Generate = async (subGraph, directory) =>
      change(await plain(subGraph, directory), directory) as Job;
    const compiling = compileWorkflow(draw(['a']), { resourceDir, registry: registryWith(generate) });
    await expect(compiling).rejects.toMatchObject({ code: 'compile.not_plain' });
  });

  it.each<[string, string]>([
    ['the directory that it was generated in', 'DIR/x'],
    ['the directory of the project', 'cd "/home/ada/penguins" && ls'],
    ['something in it', 'cat /home/ada/penguins/resources/a.txt'],
    ['it in a list', '--path=/home/ada/penguins:/other'],
  ])('refuses a job that names %s', async (_, text) => {
    const generate: Generate = async (subGraph, directory) => ({
      ...(await plain(subGraph, directory)),
      plan: { command: text.replace('DIR', directory) },
    });
    const options = { resourceDir, projectDir: '/home/ada/penguins', registry: registryWith(generate) };
    const compiling = compileWorkflow(draw(['a']), options);
    await expect(compiling).rejects.toMatchObject({ code: 'compile.absolute_path' });
  });

  it('takes what only resembles a path of the project', async () => {
    const plan = [
      '/home/ada/penguins2',
      'http://host/home/ada/penguins',
      '/mnt/home/ada/penguins',
      './home/ada/penguins',
    ];
    const generate: Generate = async (subGraph, directory) => ({
      ...(await plain(subGraph, directory)),
      plan,
    });
    const options = { resourceDir, projectDir: '/home/ada/penguins', registry: registryWith(generate) };
    expect((await compileWorkflow(draw(['a']), options)).jobs[0]?.plan).toEqual(plan);
  });

  it('passes on what a generator throws', async () => {
    const generate: Generate = async () => {
      throw new Error('from the plugin');
    };
    const compiling = compileWorkflow(draw(['a']), { resourceDir, registry: registryWith(generate) });
    await expect(compiling).rejects.toThrow('from the plugin');
  });
});

describe('a compiled workflow', () => {
  it('is the same after a way through JSON, whatever users and plugins put into it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue(),
        fc.dictionary(fc.string(), fc.jsonValue()),
        async (plan, properties) => {
          const text = JSON.stringify({ plan, properties });
          fc.pre(!text.includes('__proto__')); // refused, as a test of definitions says
          const json = JSON.parse(text) as {
            plan: Job['plan'];
            properties: Workflow['properties'];
          };
          const registry = registryWith(async (subGraph, directory) => ({
            ...(await plain(subGraph, directory)),
            plan: json.plan,
          }));
          const graph = defineWorkflow('w', (workflow) => {
            workflow.properties(json.properties);
            workflow.job('a', oneStep).restartWhen(finished({ jobName: 'a' }));
          });
          const workflow = await compileWorkflow(graph, { resourceDir, registry });
          expect(JSON.parse(JSON.stringify(workflow))).toEqual(workflow);
          expect(parseWorkflow(serializeWorkflow(workflow))).toEqual(workflow);
        },
      ),
    );
  });

  it.each([
    ['', 'workflow.invalid'],
    ['[]', 'workflow.invalid'],
    ['{"format":1}', 'workflow.invalid'],
    ['{"format":"1","jobs":[],"rules":[]}', 'workflow.invalid'],
    [`{"format":${workflowFormat + 1},"jobs":[],"rules":[]}`, 'workflow.newer'],
  ])('is not read from %j: %s', (text, code) => {
    expect(() => parseWorkflow(text)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
