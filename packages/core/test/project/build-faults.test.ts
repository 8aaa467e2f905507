import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AIFlowError } from '../../src/index.ts';
import {
  buildWorkflow,
  createRegistry,
  isAIFlowError,
  openProject,
  registerJobPluginFactory,
} from '../../src/index.ts';
import { jobRecord } from '../plugin/records.ts';

const commandDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let projectDir: string;
let file: string;

beforeEach(() => {
  projectDir = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-build-')));
  file = join(projectDir, 'workflows/w/w.ts');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(projectDir, 'project.yaml'), 'project_name: p\n');
});
afterEach(() => {
  rmSync(projectDir, { recursive: true, force: true });
});

/** The error of building a workflow with the job `a` of type `fake`, and what else `body` draws. */
async function faultOf(body: string, yaml = ''): Promise<AIFlowError> {
  const text = `import { defineWorkflow, finished } from '@aiflow/core';
export default defineWorkflow('w', (workflow) => {
  const a = workflow.job('a', (job) => { job.node({ jobType: 'fake', kind: 'K', params: {} }); });
  ${body}
});`;
  writeFileSync(file, text);
  writeFileSync(file.replace(/ts$/, 'yaml'), yaml);
  const registry = createRegistry();
  registerJobPluginFactory(
    jobRecord({ getJobGenerator: () => ({ generate: () => Promise.reject(new Error('not reached')) }) }),
    registry,
  );
  const project = await openProject(projectDir);
  const overlay = join(projectDir, 'overlay');
  const error: unknown = await buildWorkflow(project, 'w', overlay, { commandDir, registry }).catch(
    (thrown: unknown) => thrown,
  );
  if (!isAIFlowError(error)) throw new Error('expected an error of ours', { cause: error });
  return error;
}

describe('a workflow that cannot be built', () => {
  it('has its circles told at the file of the definition', async () => {
    const { code, message, problems, context } = await faultOf('a.startWhen(finished(a));');
    expect(code).toBe('define.cycle');
    expect(message).toMatch(/w\/w\.ts: these jobs wait for each other/);
    expect(problems).toMatchObject([{ file, line: null }]);
    expect(problems[0]?.message).toContain('a → a');
    expect(context).toMatchObject({ path: ['a', 'a'] });
  });

  it('tells what is wrong with the YAML together with a plugin that is not there', async () => {
    const other = `workflow.job('b', (job) => { job.node({ jobType: 'absent', kind: 'K', params: {} }); });`;
    const { code, problems } = await faultOf(other, 'a:\n  timeou: 3\n');
    expect(code).toBe('plugin.not_installed');
    expect(problems.map(({ line, key }) => [line, key])).toEqual([
      [null, null],
      [2, 'a.timeou'],
    ]);
    expect(problems[0]?.message).toContain('"absent" is not installed');
    expect((await faultOf(other)).problems).toEqual([]);
  });
});
