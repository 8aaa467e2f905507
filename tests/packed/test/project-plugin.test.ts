import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { PackedProject } from '../src/project.ts';
import { readmeBlock } from '../src/readme-block.ts';
import type { RunResult } from '../src/smallest.ts';
import { smallest } from '../src/smallest.ts';

const plugin = await readmeBlock('core', '// plugins/sum.ts');
const workflow = await readmeBlock('core', '// workflows/sums/sums.ts');
const settings = { 'workflows/sums/sums.yaml': 'add:\n  job_type: sum\n  properties: { start: 100 }\n' };

async function expectSums(project: PackedProject): Promise<void> {
  const ran = await project.run('aiflow', ['run', 'sums', '-o', 'json']);
  expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
  expect((JSON.parse(ran.stdout) as RunResult).jobs).toMatchObject([
    { job_name: 'add', status: 'FINISHED', values: { small: 103, large: 400 } },
    { job_name: 'after', status: 'FINISHED', values: { node_1: 'added' } },
  ]);
}

it("the README's plugin runs its jobs as a file of the project", async () => {
  await using project = await PackedProject.create({
    tarballs: inject('tarballs'),
    packages: smallest,
    files: {
      'project.yaml': 'project_name: dropped_in\nplugins: [./plugins/sum.ts]\n',
      'plugins/sum.ts': plugin,
      'workflows/sums/sums.ts': workflow,
      ...settings,
    },
  });
  const checked = await project.typecheck(['plugins/sum.ts', 'workflows/sums/sums.ts'], { types: ['node'] });
  expect(checked).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  await expectSums(project);

  await project.write({ 'workflows/sums/sums.yaml': 'add:\n  properties: { begin: 100 }\n' });
  const refused = await project.run('aiflow', ['run', 'sums']);
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  expect(refused.stderr).toContain('sums.yaml:2:');
});

it("the README's plugin runs its jobs as a package that is built, packed and installed as it says", async () => {
  await using project = await PackedProject.create({
    tarballs: inject('tarballs'),
    packages: smallest,
    files: {
      'project.yaml': 'project_name: installed\n',
      'sum/package.json': await readmeBlock('core', '  "name": "aiflow-plugin-sum",'),
      'sum/src/index.ts': plugin,
      'workflows/sums/sums.ts': workflow.replace('../../plugins/sum.ts', 'aiflow-plugin-sum'),
      ...settings,
    },
  });
  const commands = (await readmeBlock('core', 'npm publish')).split('\n');
  const build =
    commands
      .find((line) => line.startsWith('npx tsc '))
      ?.split(' ')
      .slice(2) ?? [];
  const modules = join(import.meta.dirname, '../../../node_modules');
  // This repository lends the compiler and Node's types, which an author installs.
  const lent = ['--typeRoots', join(modules, '@types')];
  const built = await project.run(join(modules, '.bin/tsc'), [...build, ...lent], { cwd: 'sum' });
  expect(built).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(await project.run('npm', ['pack', './sum'])).toMatchObject({ exitCode: 0 });
  const installed = await project.run('npm', [
    'install',
    '--prefer-offline',
    '--no-audit',
    './aiflow-plugin-sum-0.1.0.tgz',
  ]);
  expect(installed, installed.stderr).toMatchObject({ exitCode: 0 });
  expect((await project.typecheck(['workflows/sums/sums.ts'], { types: ['node'] })).stdout).toBe('');
  await expectSums(project);
});

it("the README's plugin in AIFlow's own shape runs on two platforms", async () => {
  const sources = await Promise.all(
    ['plugins/sleep.ts', 'plugins/moon.ts', 'workflows/naps/naps.ts'].map(
      async (path) => [path, await readmeBlock('core', `// ${path}`)] as const,
    ),
  );
  await using project = await PackedProject.create({
    tarballs: inject('tarballs'),
    packages: smallest,
    files: {
      'project.yaml': 'project_name: moon\nplugins: [./plugins/sleep.ts, ./plugins/moon.ts]\n',
      'workflows/naps/naps.yaml': await readmeBlock('core', '# workflows/naps/naps.yaml'),
      ...Object.fromEntries(sources),
    },
  });
  const paths = sources.map(([path]) => path);
  const checked = await project.typecheck(paths, { types: ['node'] });
  expect(checked).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  const ran = await project.run('aiflow', ['run', 'naps', '-o', 'json']);
  expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
  expect((JSON.parse(ran.stdout) as RunResult).jobs).toMatchObject([
    { job_name: 'nap', status: 'FINISHED', values: { node_1: '0.1 s on local' } },
    { job_name: 'long_nap', status: 'FINISHED', values: { node_1: '0.2 s on moon' } },
  ]);
});
