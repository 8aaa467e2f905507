import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { PackedProject } from '../src/project.ts';
import type { RunResult } from '../src/smallest.ts';
import { smallest } from '../src/smallest.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

it('a plugin that is a file of the project runs its jobs', async () => {
  await using project = await PackedProject.create({
    tarballs: inject('tarballs'),
    packages: smallest,
    files: {
      'project.yaml': 'project_name: dropped_in\nplugins: [./plugins/sum.ts]\n',
      'plugins/sum.ts': await readFile(join(fixtures, 'sum-plugin.ts'), 'utf8'),
      'workflows/sums/sums.ts': await readFile(join(fixtures, 'sums.ts'), 'utf8'),
      'workflows/sums/sums.yaml': 'add:\n  job_type: sum\n  properties: { start: 100 }\n',
    },
  });
  const checked = await project.typecheck(['plugins/sum.ts', 'workflows/sums/sums.ts'], { types: ['node'] });
  expect(checked).toEqual({ exitCode: 0, stdout: '', stderr: '' });

  const ran = await project.run('aiflow', ['run', 'sums', '-o', 'json']);
  expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
  expect((JSON.parse(ran.stdout) as RunResult).jobs).toMatchObject([
    { job_name: 'add', status: 'FINISHED', values: { small: 103, large: 400 } },
    { job_name: 'after', status: 'FINISHED', values: { node_1: 'added' } },
  ]);

  await project.write({ 'workflows/sums/sums.yaml': 'add:\n  properties: { begin: 100 }\n' });
  const refused = await project.run('aiflow', ['run', 'sums']);
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  expect(refused.stderr).toContain('sums.yaml:2:');
});
