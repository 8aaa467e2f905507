import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '..');
const command = join(project, 'node_modules/@aiflow/cli/dist/bin.js');

function aiflow(...args: readonly string[]): string {
  return execFileSync(process.execPath, [command, ...args], { encoding: 'utf8' });
}

test.each(['project', 'workflow', 'server'])(
  'schemas/%s.json is what the installed plugins understand: "aiflow schema" writes it anew',
  (name) => {
    const current = aiflow('schema', '--directory', project, '--stdout', name);
    expect(readFileSync(join(project, 'schemas', `${name}.json`), 'utf8')).toBe(current);
  },
);

test('aiflow check finds nothing wrong', () => {
  expect(aiflow('check', '--project', project)).toContain('4 workflows, no problems');
});
