import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '..');
const readme = readFileSync(join(project, 'README.md'), 'utf8');

test('the rule that the README shows is the one of the definition', () => {
  const [, shown = 'none'] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  const definition = readFileSync(join(project, 'workflows/forecast/forecast.ts'), 'utf8');
  expect(definition.replaceAll(/^ {2}/gm, '')).toContain(shown);
});

test('the words that the README has for it are those of aiflow', () => {
  const [, command = '', shown = 'none'] =
    /^```console\n\$ npx aiflow (.*)\n…\n([\s\S]*?)…\n```$/m.exec(readme) ?? [];
  const bin = join(project, 'node_modules/@aiflow/cli/dist/bin.js');
  const args = [bin, ...command.split(' '), '--project', project];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toContain(shown);
});
