import { cp, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { PackedProject } from '../src/project.ts';
import { smallest } from '../src/smallest.ts';

const example = join(import.meta.dirname, '../../../examples/weather-alerts');

it('the example weather-alerts replays a month from tarballs, with what a user installs', async () => {
  const packages = [...smallest, '@aiflow/job-python'];
  await using project = await PackedProject.create({ tarballs: inject('tarballs'), packages });
  const own = [
    'package.json',
    'node_modules',
    '.aiflow',
    'test',
    'tsconfig.json',
    'vitest.config.ts',
    'turbo.json',
  ];
  const filter = (path: string): boolean => path === example || !own.includes(basename(path));
  await cp(example, project.directory, { recursive: true, filter });

  const checked = await project.run('aiflow', ['check']);
  expect(checked, checked.stderr).toMatchObject({ exitCode: 0 });
  const replayed = await project.run(process.execPath, ['replay.ts', '--until', '2012-01-31']);
  const summary = '31 days: 1 months, 0 forecasts, 0 of them deployed, 7 days of snow';
  expect(replayed).toEqual({ exitCode: 0, stdout: summary, stderr: '' });
  const months = await readFile(join(project.directory, '.aiflow/weather/months.csv'), 'utf8');
  expect(months.trimEnd().split('\n').slice(1)).toEqual(['2012-01,31,173.3,7.05,1.54,10']);
  await project.run('chmod', ['-R', 'u+rwX', '.aiflow']); // snapshots are read-only
});
