import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const project = fileURLToPath(new URL('..', import.meta.url));
const command = join(project, 'node_modules/@aiflow/cli/dist/bin.js');

test.each(['project', 'workflow', 'server'])(
  'schemas/%s.json is what the installed plugins understand: "aiflow schema" writes it anew',
  (name) => {
    const args = [command, 'schema', '--directory', project, '--stdout', name];
    const current = execFileSync(process.execPath, args, { encoding: 'utf8' });
    expect(readFileSync(join(project, 'schemas', `${name}.json`), 'utf8')).toBe(current);
  },
);
