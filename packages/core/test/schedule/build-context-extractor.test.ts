import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobGenerator, Workflow } from '../../src/index.ts';
import {
  buildWorkflow,
  createContextExtractor,
  createRegistry,
  isAIFlowError,
  openProject,
  parseWorkflow,
  registerJobPluginFactory,
  serializeWorkflow,
} from '../../src/index.ts';
import { jobRecord } from '../plugin/records.ts';

const commandDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let projectDir: string;

beforeEach(() => {
  projectDir = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow context ')));
  write('project.yaml', 'project_name: p\n');
});
afterEach(() => {
  rmSync(projectDir, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(projectDir, path)), { recursive: true });
  writeFileSync(join(projectDir, path), text);
}

const generator: JobGenerator = {
  generate: async ({ config }) => ({
    config,
    platform: 'local',
    engine: 'none',
    plan: null,
    inputs: [],
    outputs: [],
  }),
};

async function build(extractor: string): Promise<Workflow> {
  write(
    'workflows/w/w.ts',
    `import { defineWorkflow } from '@aiflow/core';
export default defineWorkflow('w', (workflow) => {
  workflow.job('a', (job) => { job.node({ jobType: 'fake', kind: 'K', params: {} }); });
  workflow.extractContext(${extractor});
});`,
  );
  const registry = createRegistry();
  registerJobPluginFactory(jobRecord({ getJobGenerator: () => generator }), registry);
  const project = await openProject(projectDir);
  return await buildWorkflow(project, 'w', join(projectDir, 'overlay'), { commandDir, registry });
}

async function faultOf(extractor: string): Promise<string> {
  const thrown: unknown = await build(extractor).catch((error: unknown) => error);
  if (!isAIFlowError(thrown)) throw new Error('expected an error of ours', { cause: thrown });
  return `${thrown.code}: ${thrown.message}`;
}

describe('a workflow with a context extractor', () => {
  it('says the same after it was compiled, written down and read again', async () => {
    write('workflows/w/context.ts', 'export const of = (event) => ({ contexts: [event.value] });');
    const text = serializeWorkflow(await build(`{ module: './context.ts', export: 'of' }`));
    expect(text).not.toContain(projectDir);
    const { contextExtractor } = parseWorkflow(text);
    const running = createContextExtractor(contextExtractor, { projectDir, commandDir });
    const event = {
      version: 1,
      key: 'k',
      value: 'x',
      eventType: 't',
      namespace: 'n',
      sender: null,
      context: null,
      workflowExecutionId: null,
      createTime: 0,
    };
    expect(await running.extract(event)).toEqual({ contexts: ['x'] });
    await running.close();
  });

  it('is not built when the file is missing, exports something else, or throws', async () => {
    const extractor = `{ module: './context.ts', export: 'of' }`;
    const [definition, file] = ['w.ts', 'context.ts'].map((name) => join(projectDir, 'workflows/w', name));
    expect(await faultOf(extractor)).toContain(
      `context.not_found: ${definition}: context extractor workflows/w/context.ts is not there`,
    );
    write('workflows/w/context.ts', 'export const off = () => ({ broadcast: true });');
    expect(await faultOf(extractor)).toBe(
      `context.no_function: ${definition}: context extractor ${file} must export a function "of", and that is nothing: did you mean "off"?`,
    );
    write('workflows/w/context.ts', `throw new Error('no');`);
    expect(await faultOf(extractor)).toBe(`workflow.threw: ${file}:1:7: the context extractor threw: no`);
  });

  it('is not built when a link leads its file out of the project', async () => {
    mkdirSync(join(projectDir, 'workflows/w'), { recursive: true });
    symlinkSync(fileURLToPath(import.meta.url), join(projectDir, 'workflows/w/context.ts'));
    expect(await faultOf(`{ module: './context.ts' }`)).toMatch(
      /^path\.outside: .*w\.ts: context extractor /,
    );
  });

  it.each([
    ['.aiflowignore', 'workflows/w/context.ts\n', './context.ts'],
    ['workflows/.aiflowignore', '*.ts\n!w.ts\n', './context.ts'],
    ['.aiflowignore', '/lib\n', 'lib/context.ts'],
    ['.aiflowignore', '', 'node_modules/context.js'],
    ['.aiflowignore', '', 'generated/context.ts'],
    ['env/pyvenv.cfg', '', 'env/context.ts'],
  ])('is refused when %s with %j keeps its file out of the snapshot', async (file, text, module) => {
    write(file, text);
    write(module.replace('./', 'workflows/w/'), 'export default () => ({ broadcast: true });');
    const fault = await faultOf(`{ module: '${module}' }`);
    expect(fault).toMatch(
      /^context\.left_out: .*w\.ts: context extractor \S+context\.[jt]s is left out of snapshots/,
    );
  });

  it('is refused when its file is a link to one that is left out', async () => {
    write('.aiflowignore', '/real\n');
    write('real/context.ts', 'export default () => ({ broadcast: true });');
    mkdirSync(join(projectDir, 'workflows/w'), { recursive: true });
    symlinkSync('../../real/context.ts', join(projectDir, 'workflows/w/context.ts'));
    expect(await faultOf(`{ module: './context.ts' }`)).toMatch(/^context\.left_out: .*real\/context\.ts/);
  });

  it('is taken when a rule takes its file back in', async () => {
    write('.aiflowignore', '*.ts\n!context.ts\n');
    write('venv/context.ts', 'export default () => ({ broadcast: true });');
    write('venv/.aiflowignore', '');
    expect(await faultOf(`{ module: 'venv/context.ts' }`)).toMatch(/^context\.left_out/);
    write('.aiflowignore', '!venv\n');
    expect((await build(`{ module: 'venv/context.ts' }`)).contextExtractor).toMatchObject({
      module: 'venv/context.ts',
    });
  });
});
