import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { importable } from '../src/pack.ts';
import { PackedProject } from '../src/project.ts';

const tarballs = inject('tarballs');

it('installs every package with npm, each with an entry that can be imported', async () => {
  const packages = importable(tarballs);
  await using project = await PackedProject.create({ tarballs, packages });
  const imports = packages.map((name) => `await import(${JSON.stringify(name)});`).join('\n');
  expect(await project.node(`${imports}\nconsole.log('imported');`)).toEqual({
    exitCode: 0,
    stdout: 'imported',
    stderr: '',
  });
});

it('gives a strict user of TypeScript the types of every package', async () => {
  const packages = importable(tarballs);
  const text = packages.map((name, index) => `export * as p${index} from '${name}';`).join('\n');
  await using project = await PackedProject.create({ tarballs, packages, files: { 'all.ts': text } });
  expect(await project.typecheck(['all.ts'])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

it('brings the native launcher for this platform along with what uses it, and it runs', async (context) => {
  const platform = `@aiflow/process-${process.platform}-${process.arch}`;
  const built = join(
    import.meta.dirname,
    '../../../packages',
    platform.slice('@aiflow/'.length),
    'dist/aiflow-launcher',
  );
  if (process.env['AIFLOW_REQUIRE_ENGINES'] !== '1' && !existsSync(built)) {
    return context.skip(`${built} was not built: there is no C compiler`);
  }
  const packages = ['@aiflow/core', '@aiflow/process'];
  await using project = await PackedProject.create({ tarballs, packages });
  const { exitCode, stdout, stderr } = await project.node(`
    import { readFileSync } from 'node:fs';
    import { createLauncher } from '@aiflow/process';
    const cwd = process.cwd();
    const place = { recordDir: cwd + '/records', token: 'token' };
    const launcher = createLauncher();
    const output = { stdout: cwd + '/out', stderr: cwd + '/err' };
    await launcher.launch({ ...place, ...output, argv: ['echo', 'hello'], cwd, environment: { PATH: process.env.PATH } });
    console.log((await launcher.wait(place)).exitCode, readFileSync(cwd + '/out', 'utf8').trim());
    console.log(JSON.parse(readFileSync(cwd + '/records/begun', 'utf8').split('\\n')[1]).launcher.length > 0);
  `);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '0 hello\ntrue', stderr: '' });
});
