import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type {
  Attempt,
  BlobManager,
  HostedProject,
  ProjectContext,
  Scheduler,
  SchedulerHost,
  Workflow,
} from '../../src/index.ts';
import {
  createRegistry,
  hostProject,
  protocol,
  registerBlobManager,
  registerJobPluginFactory,
  registerScheduler,
  systemClock,
} from '../../src/index.ts';
import { blobRecord, jobRecord } from '../plugin/records.ts';

let projectDir: string;
let hosts: SchedulerHost[];
let submitted: { readonly workflow: Workflow; readonly project: ProjectContext }[];
let uploads: string[];

beforeEach(() => {
  projectDir = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-host-')));
  [hosts, submitted, uploads] = [[], [], []];
  writeFileSync(join(projectDir, 'project.yaml'), 'project_name: p\nblob: { blob_manager_class: s3 }\n');
  define('w', 'return undefined');
});
afterEach(() => {
  rmSync(projectDir, { recursive: true, force: true });
});

test('submits a workflow, with the stored project, to the scheduler that the project chose', async () => {
  const { scheduler, submit } = await host();
  await scheduler.start();
  expect(await submit('w')).toMatchObject({ workflowName: 'w' });
  expect(submitted).toMatchObject([{ workflow: { workflowName: 'w' }, project: { projectName: 'p' } }]);
  expect(uploads).toEqual([submitted[0]?.project.snapshotId]);
  expect(readdirSync(join(projectDir, '.aiflow/tmp'))).toEqual([]);
});

test('a scheduler that is hosted starts workflows by itself, by the clock and the environment that were given', async () => {
  const clock = { ...systemClock, now: () => 7 };
  await host({ clock, environment: { AIFLOW_HOME: join(projectDir, 'home'), NAME: 'value' } });
  const [given] = hosts;
  expect(given?.startsByItself).toBe(true);
  expect(given?.clock.now()).toBe(7);
  expect(given?.stateDir).toBe(join(projectDir, 'home'));
  expect([given?.secrets.get('NAME'), given?.secrets.get('PATH')]).toEqual(['value', null]);
});

test('the worker gives jobs the environment, without what is not set', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  await host({ environment: { NAME: 'value', GONE: undefined }, onSubmit: resolve });
  const run = hosts[0]?.runner.start(attempt);
  await run?.result;
  const environment = (await promise) as Readonly<Record<string, string>>;
  expect(environment).toMatchObject({ NAME: 'value' });
  expect(environment).not.toHaveProperty('GONE');
});

test('a definition that is wrong is told, and nothing is stored', async () => {
  define('w', 'throw new Error("not today")');
  const { submit } = await host();
  await expect(submit('w')).rejects.toThrow('not today');
  expect([uploads, submitted]).toEqual([[], []]);
  expect(existsSync(join(projectDir, '.aiflow/index'))).toBe(false);
});

interface Given {
  readonly clock?: typeof systemClock;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly onSubmit?: (environment: unknown) => void;
}

function host({ clock, environment = {}, onSubmit = () => undefined }: Given = {}): Promise<HostedProject> {
  const registry = createRegistry();
  const { options } = blobRecord();
  registerBlobManager(blobRecord({ create: () => blob }), registry);
  registerScheduler(
    {
      kind: 'scheduler',
      name: 'local',
      package: 'scheduler-local',
      location: 'file:///app/node_modules/scheduler-local/index.js',
      version: '1.0.0',
      protocol,
      capabilities: {},
      options,
      create: (_config, given) => {
        hosts.push(given);
        return scheduler;
      },
    },
    registry,
  );
  registerJobPluginFactory(
    jobRecord({
      getJobGenerator: () => ({ generate: async () => attempt.job }),
      getJobController: () => ({
        submitJob: async (_job: unknown, { environment }: { environment: unknown }) => {
          onSubmit(environment);
          throw new Error('enough');
        },
        findJob: async () => null,
      }),
    }),
    registry,
  );
  return hostProject(projectDir, { environment, registry, ...(clock && { clock }) });
}

function define(name: string, body: string): void {
  const directory = join(projectDir, 'workflows', name);
  mkdirSync(directory, { recursive: true });
  const core = JSON.stringify(new URL('../../src/index.ts', import.meta.url).href);
  const text = `import { defineWorkflow } from ${core};
export default defineWorkflow('${name}', (workflow) => {
  workflow.job('a', (job) => { job.node({ jobType: 'fake', kind: 'K', params: {} }); });
  ${body};
});`;
  writeFileSync(join(directory, `${name}.ts`), text);
}

const blob = {
  uploadProject: async (snapshotId: string) => {
    uploads.push(snapshotId);
    return `s3://${snapshotId}`;
  },
  downloadProject: async () => projectDir,
} as unknown as BlobManager;

const scheduler = {
  start: async () => undefined,
  submitWorkflow: async (workflow: Workflow, project: ProjectContext) => {
    submitted.push({ workflow, project });
    return { workflowName: workflow.workflowName };
  },
} as unknown as Scheduler;

const attempt: Attempt = {
  attemptId: 'attempt-1',
  attemptNumber: 1,
  workflowExecutionId: 'execution-1',
  projectName: 'p',
  workflowName: 'w',
  snapshotId: '0'.repeat(64),
  snapshotUri: 's3://snapshot',
  context: null,
  parameters: {},
  job: {
    config: { jobName: 'a', jobType: 'fake', properties: {} },
    platform: 'local',
    engine: 'none',
    plan: null,
    inputs: [],
    outputs: [],
  },
};
