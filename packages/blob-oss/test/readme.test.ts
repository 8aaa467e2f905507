import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlobManager, openProject } from '@aiflow/core';
import { createTestHost } from '@aiflow/testkit';
import { expect, it } from 'vitest';
import { ossBlobManagerPlugin } from '../src/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('the project file of the README is one', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'aiflow-oss-readme-'));
  try {
    writeFileSync(join(directory, 'project.yaml'), /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '');
    const secrets = { OSS_ACCESS_KEY_ID: 'LTAI-id', OSS_ACCESS_KEY_SECRET: 'the-secret' };
    const host = await createTestHost({ stateDir: join(directory, '.aiflow'), secrets });
    const blob = await createBlobManager(await openProject(directory), 'oss', host);
    expect(blob.config).toMatchObject({
      access_key_secret: '${OSS_ACCESS_KEY_SECRET}',
      root_directory: 'aiflow',
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

it('the table of the README names every option in the order of the schema, and what it is unless said', () => {
  const [, table = ''] = /## Options\n([\s\S]*?)\n## /.exec(readme) ?? [];
  const rows = [...table.matchAll(/^\| `([a-z_]+)` \|[^|]*\| ?(?:`([^`|]*)`)?/gm)];
  const schema = ossBlobManagerPlugin.options['~standard'].jsonSchema?.input({
    target: 'draft-2020-12',
    libraryOptions: { errorMode: 'ignore' },
  });
  const described = schema?.['properties'] as Readonly<Record<string, { default?: unknown }>>;
  expect(rows.map(([, key]) => key)).toEqual(Object.keys(described));
  const presets = Object.keys(described).filter((key) => described[key]?.default !== undefined);
  expect(presets).toEqual(['max_attempts', 'timeout_seconds']);
  const said = new Map(rows.map(([, key, preset]) => [key, preset]));
  for (const key of presets) expect(said.get(key)).toBe(String(described[key]?.default));
});
