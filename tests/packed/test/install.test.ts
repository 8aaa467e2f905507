import { expect, inject, it } from 'vitest';
import { PackedProject } from '../src/project.ts';

const tarballs = inject('tarballs');

it('installs every package with npm, each with an entry that can be imported', async () => {
  const packages = Object.keys(tarballs);
  await using project = await PackedProject.create({ tarballs, packages });
  const imports = packages.map((name) => `await import(${JSON.stringify(name)});`).join('\n');
  expect(await project.node(`${imports}\nconsole.log('imported');`)).toEqual({
    exitCode: 0,
    stdout: 'imported',
    stderr: '',
  });
});

it('gives a strict user of TypeScript the types of every package', async () => {
  const packages = Object.keys(tarballs);
  const text = packages.map((name, index) => `export * as p${index} from '${name}';`).join('\n');
  await using project = await PackedProject.create({ tarballs, packages, files: { 'all.ts': text } });
  expect(await project.typecheck(['all.ts'])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});
