import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openProject } from '../../src/project/project-file.ts';
import { parseServerConfig } from '../../src/project/server-file.ts';
import { parseSettings } from '../../src/project/settings.ts';
import { problemsOf } from './problems.ts';

it.each(['${HOME:-secret}', '${lower-case}', 'echo ${'])(
  'a text with %s in the YAML of a workflow is refused at its place, and not shown',
  async (text) => {
    const yaml = `clean:\n  properties:\n    env:\n      A: ok\n      B: "${text}"\n  timeou: 3\n`;
    const problems = await problemsOf(parseSettings(yaml, 'w.yaml', 'w'));
    expect(problems).toMatchObject([
      { file: 'w.yaml', line: 5, column: 7, key: 'clean.properties.env.B' },
      { line: 6, key: 'clean.timeou' },
    ]);
    expect(problems[0]?.message).toMatch(/write \$\{NAME\}, .*, or \$\$\{ for the text itself$/);
    expect(problems[0]?.message).not.toMatch(/secret|lower|echo/);
  },
);

it('references and escaped texts are taken', async () => {
  const yaml = 'clean:\n  properties: {env: {A: "${NAME}-$${B:-c}", B: [$X, "{}"]}}\n';
  const settings = await parseSettings(yaml, 'w.yaml', 'w');
  expect(settings.jobs.get('clean')?.properties['env']).toEqual({ A: '${NAME}-$${B:-c}', B: ['$X', '{}'] });
});

it('the files of projects and servers are held to the same', async () => {
  const projectDir = mkdtempSync(join(tmpdir(), 'aiflow-stray-'));
  try {
    const yaml = 'project_name: p\nblob:\n  blob_manager_config: {list: [a, "${a b}"]}\n';
    writeFileSync(join(projectDir, 'project.yaml'), yaml);
    expect(await problemsOf(openProject(projectDir))).toMatchObject([
      { line: 3, key: 'blob.blob_manager_config.list.1' },
    ]);
  } finally {
    rmSync(projectDir, { recursive: true });
  }
  const server = 'scheduler:\n  scheduler_config: {a: "${a.b}"}\n';
  expect(await problemsOf(parseServerConfig(server, 'server.yaml'))).toMatchObject([
    { line: 2, key: 'scheduler.scheduler_config.a' },
  ]);
});
