import { describe, expect, it } from 'vitest';
import { choosePlugin } from '../../src/compile/choose-plugin.ts';
import { noSettings } from '../../src/compile/config.ts';
import type {
  AISubGraph,
  Job,
  JobConfig,
  JobPluginFactory,
  Workflow,
  WorkflowSettings,
} from '../../src/index.ts';
import { compileWorkflow, createRegistry, isAIFlowError, registerPlugin } from '../../src/index.ts';
import { draw } from '../define/drawing.ts';
import { jobRecord } from '../plugin/records.ts';

function plugin(jobType: string, engine: string, platform: string, more: object = {}): JobPluginFactory {
  return jobRecord({
    name: jobType,
    jobType,
    engine,
    platform,
    package: `job-${jobType}`,
    location: `file:///${jobType}.js`,
    getJobGenerator: () => ({
      generate: async ({ config }: AISubGraph): Promise<Job> => ({
        config,
        platform,
        engine,
        plan: null,
        inputs: [],
        outputs: [],
      }),
    }),
    ...more,
  });
}

const registry = createRegistry();
const own = plugin('fake', 'none', 'local');
for (const each of [
  own,
  plugin('fake_pods', 'none', 'kubernetes'),
  plugin('fake_yarn', 'none', 'yarn'),
  plugin('other_yarn', 'none', 'yarn'),
  plugin('python', 'python', 'local'),
]) {
  registerPlugin(each, registry);
}

type Said = Partial<Pick<JobConfig, 'engine' | 'platform'>> & { readonly jobType?: string };

/** Compiles a job `a` of fake processors, of which the YAML says this. */
async function compile(said: Said, inDefinition: Said = {}): Promise<Workflow> {
  const { jobType = null, ...config } = said;
  const settings: WorkflowSettings = {
    ...noSettings,
    jobs: new Map([['a', { jobType, properties: {}, config }]]),
    locate: ([, key]) => ({
      file: 'w.yaml',
      line: 1,
      column: ['job_type', 'engine', 'platform'].indexOf(String(key)),
    }),
  };
  const graph = draw(['a']);
  const jobs = graph.jobs.map((job) => ({ ...job, ...inDefinition }));
  return await compileWorkflow({ ...graph, jobs }, { resourceDir: '/nowhere', settings, registry });
}

async function configOf(said: Said, inDefinition: Said = {}): Promise<JobConfig | undefined> {
  return (await compile(said, inDefinition)).jobs[0]?.config;
}

describe('the plugin that runs a job', () => {
  it('is that of its processors, and a configuration that says nothing of it stays as it was', async () => {
    expect(await configOf({})).toEqual({ jobName: 'a', jobType: 'fake', properties: {} });
    expect(await configOf({ jobType: 'fake' })).toEqual({ jobName: 'a', jobType: 'fake', properties: {} });
  });

  it('is that of the same engine on the platform which the YAML names, and its version is remembered', async () => {
    const workflow = await compile({ platform: 'kubernetes' });
    expect(workflow.jobs[0]).toMatchObject({ platform: 'kubernetes', engine: 'none' });
    expect(workflow.jobs[0]?.config).toEqual({
      jobName: 'a',
      jobType: 'fake_pods',
      engine: 'none',
      platform: 'kubernetes',
      properties: {},
    });
    expect(workflow.plugins.map(({ name }) => name)).toEqual(['fake_pods']);
  });

  it('is named by the definition too, and the YAML wins', async () => {
    expect(await configOf({}, { platform: 'kubernetes' })).toMatchObject({ jobType: 'fake_pods' });
    expect(await configOf({ platform: 'local' }, { platform: 'kubernetes' })).toMatchObject({
      jobType: 'fake',
      platform: 'local',
    });
  });

  it('may repeat its own engine and platform, also where another shares them', async () => {
    const shared = createRegistry();
    for (const each of [own, plugin('zfake', 'none', 'local')]) registerPlugin(each, shared);
    const wish = { engine: 'none', platform: 'local' };
    expect(choosePlugin('a', own, wish, noSettings.locate, shared)).toEqual({ plugin: own });
  });

  it('is told apart by the job type where several share engine and platform', async () => {
    expect(await configOf({ jobType: 'other_yarn' })).toMatchObject({ jobType: 'other_yarn' });
    expect(await configOf({ jobType: 'fake_yarn', platform: 'yarn' })).toMatchObject({
      jobType: 'fake_yarn',
    });
  });

  it.each<[Said, string, number, RegExp]>([
    [{ engine: 'python' }, 'a.engine', 1, /holds processors of fake, which are for the engine none/],
    [{ jobType: 'python' }, 'a.job_type', 0, /processors of fake, so its job_type cannot be "python"/],
    [{ jobType: 'fak' }, 'a.job_type', 0, /write "fake" or leave it out/],
    [{ platform: 'kubernets' }, 'a.platform', 2, /did you mean "kubernetes"\?/],
    [{ platform: 'yarn' }, 'a.platform', 2, /write job_type to choose between "fake_yarn".*"other_yarn"/],
    [{ jobType: 'fake', platform: 'yarn' }, 'a.platform', 2, /leave one of them out/],
  ])('cannot be had where %j is said, and the place is named', async (said, key, column, message) => {
    const error: unknown = await compile(said).catch((thrown: unknown) => thrown);
    if (!isAIFlowError(error, 'config.invalid')) throw new Error('expected config.invalid', { cause: error });
    expect(error.problems).toEqual([
      { file: 'w.yaml', line: 1, column, key, message: expect.stringMatching(message) as string },
    ]);
  });

  it('has properties that are held against its own schema', async () => {
    const strict = createRegistry();
    const refuses = {
      validate: () => ({ issues: [{ message: 'no', path: ['x'] }] }),
      version: 1,
      vendor: 'v',
    };
    registerPlugin(own, strict);
    registerPlugin(plugin('fake_pods', 'none', 'kubernetes', { options: { '~standard': refuses } }), strict);
    const graph = draw(['a']);
    const jobs = graph.jobs.map((job) => ({ ...job, platform: 'kubernetes', properties: { x: 1 } }));
    const compiling = compileWorkflow({ ...graph, jobs }, { resourceDir: '/nowhere', registry: strict });
    await expect(compiling).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
