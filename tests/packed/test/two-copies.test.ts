import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PackedProject } from '../src/project.ts';
import type { RunResult } from '../src/smallest.ts';
import { helloProject, smallest } from '../src/smallest.ts';

describe('two copies of core', () => {
  let project: PackedProject;

  beforeAll(async () => {
    project = await installed();
    const modules = join(project.directory, 'node_modules/@aiflow');
    // As npm would nest them: the plugin and the command each see a copy of their own.
    for (const name of ['job-bash', 'cli']) {
      await cp(join(modules, 'core'), join(modules, name, 'node_modules/@aiflow/core'), {
        recursive: true,
      });
    }
  });

  afterAll(async () => {
    await project[Symbol.asyncDispose]();
  });

  it('run a workflow together', async () => {
    const ran = await project.run('aiflow', ['run', 'hello', '-o', 'json']);
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    expect((JSON.parse(ran.stdout) as RunResult).jobs).toMatchObject([{ values: { node_1: 'hello' } }]);
  });

  it('share one registry, and know each other’s errors and graphs', async () => {
    const ran = await project.node(`
      import * as one from '@aiflow/core';
      import '@aiflow/job-bash';
      const other = await import('./node_modules/@aiflow/job-bash/node_modules/@aiflow/core/dist/index.js');
      const error = new other.AIFlowError('test.error', 'an error of the other copy');
      const graph = other.defineWorkflow('w', (workflow) => {
        workflow.job('j', (job) => void job.node({ jobType: 'bash', kind: 'BashProcessor', params: {} }));
      });
      console.log(JSON.stringify({
        copies: one.AIFlowError !== other.AIFlowError,
        sameRegistry: one.globalRegistry() === other.globalRegistry(),
        plugins: one.listPlugins().map((plugin) => plugin.name),
        instance: error instanceof one.AIFlowError,
        known: one.isAIFlowError(error, 'test.error'),
        graph: one.graphVersionOf(graph) === one.graphVersion,
      }));
    `);
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout)).toEqual({
      copies: true,
      sameRegistry: true,
      plugins: ['bash'],
      instance: false,
      known: true,
      graph: true,
    });
  });
});

describe('two copies of a plugin', () => {
  it('are refused with both paths', async () => {
    await using project = await installed();
    const first = 'node_modules/@aiflow/job-bash';
    const second = 'copies/job-bash';
    await cp(join(project.directory, first), join(project.directory, second), { recursive: true });
    const entries = [first, second].map((path) => `./${path}/dist/index.js`);
    await project.write({
      'project.yaml': `project_name: hello\nplugins: ${JSON.stringify(entries)}\n`,
    });
    const { exitCode, stdout, stderr } = await project.run('aiflow', ['run', 'hello', '-o', 'json']);
    expect(stderr).toMatch(/job plugin "bash" is already registered/);
    expect(stderr).toContain(join(project.directory, first));
    expect(stderr).toContain(join(project.directory, second));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });

    const ran = await project.node(`
      import { isAIFlowError } from '@aiflow/core';
      await import('./${first}/dist/index.js');
      const error = await import('./${second}/dist/index.js').then(() => null, (thrown) => thrown);
      console.log(isAIFlowError(error, 'plugin.name_taken'));
    `);
    expect(ran).toEqual({ exitCode: 0, stdout: 'true', stderr: '' });
  });
});

async function installed(): Promise<PackedProject> {
  const files = helloProject("workflow.job('greet', (job) => void job.node(bash('echo hello')));");
  return await PackedProject.create({ tarballs: inject('tarballs'), packages: smallest, files });
}
