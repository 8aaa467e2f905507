import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PackedProject } from '../src/project.ts';
import type { RunResult } from '../src/smallest.ts';
import { smallest } from '../src/smallest.ts';

describe('core, cli, scheduler-local, blob-local and job-bash alone', () => {
  let project: PackedProject;

  beforeAll(async () => {
    project = await PackedProject.create({ tarballs: inject('tarballs'), packages: smallest });
  });

  afterAll(async () => {
    await project[Symbol.asyncDispose]();
  });

  it('install nothing of ours that is not needed, and say how much that is', async () => {
    const modules = join(project.directory, 'node_modules');
    // The native launcher comes along where there is one.
    const platform = `@aiflow/process-${process.platform}-${process.arch}`;
    const programs = Object.keys(inject('tarballs')).filter((name) => name === platform);
    const needed = [...smallest, ...programs, '@aiflow/process', '@aiflow/snapshot'];
    expect((await readdir(join(modules, '@aiflow'))).map((name) => `@aiflow/${name}`).toSorted()).toEqual(
      needed.toSorted(),
    );
    const { files, bytes } = await sizeOf(modules);
    console.info(`node_modules of the smallest set: ${files} files, ${(bytes / 2 ** 20).toFixed(1)} MiB`);
  });

  it('make a project with aiflow init that runs at once', async () => {
    const made = await project.run('npx', ['aiflow', 'init', '.', '--name', 'smallest']);
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
    const ran = await project.run('npx', ['aiflow', 'run', 'hello', '-o', 'json']);
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    const result = JSON.parse(ran.stdout) as RunResult;
    expect(result.status).toBe('FINISHED');
    expect(result.jobs.map((job) => [job.job_name, job.status, Object.values(job.values)])).toEqual([
      ['greet', 'FINISHED', ['Hello, Katherine']],
      ['count', 'FINISHED', ['3']],
    ]);
  });

  it.each([
    [
      'a definition imports its package',
      "import { python } from '@aiflow/job-python';",
      "python('sums:Add')",
    ],
    [
      'a job says so by hand',
      '',
      "{ jobType: 'python', kind: 'PythonProcessor', params: { module: 'sums', class: 'Add', config: {} } }",
    ],
  ])('end with 2 and the package to install when python is needed: %s', async (_how, imports, processor) => {
    await project.write({
      'project.yaml': 'project_name: smallest\n',
      'workflows/sums/sums.ts': `import { defineWorkflow } from '@aiflow/core';
${imports}

export default defineWorkflow('sums', (workflow) => {
  workflow.job('add', (job) => void job.node(${processor}));
});
`,
    });
    const { exitCode, stdout, stderr } = await project.run('npx', ['aiflow', 'run', 'sums', '-o', 'json']);
    expect(stderr).toContain('npm install @aiflow/job-python');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });
});

async function sizeOf(directory: string): Promise<{ files: number; bytes: number }> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  );
  return { files: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
