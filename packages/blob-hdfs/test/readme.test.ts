import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlobManager, createRegistry, openProject, registerPlugin } from '@aiflow/core';
import { createTestHost } from '@aiflow/testkit';
import { expect, it } from 'vitest';
import { hdfsBlobManagerPlugin } from '../src/plugin.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);

it('each project file of the README is one that the plugin takes', async () => {
  expect(blocks).toHaveLength(2);
  for (const text of blocks) {
    const directory = await mkdtemp(join(tmpdir(), 'aiflow-hdfs-readme-'));
    await writeFile(join(directory, 'project.yaml'), text);
    const host = await createTestHost({ stateDir: directory });
    const registry = createRegistry();
    registerPlugin(hdfsBlobManagerPlugin, registry);
    const { config } = await createBlobManager(await openProject(directory), 'hdfs', host, registry);
    expect(config).toMatchObject({ root_directory: '/aiflow/snapshots' });
    await rm(directory, { recursive: true });
  }
});

it('the table of the README has every option in the order of the schema, and what it is unless said', () => {
  const [, table = ''] = /## Options\n([\s\S]*?)\n## /.exec(readme) ?? [];
  const rows = [...table.matchAll(/^\| `([a-z_]+)` \|[^|]*\| ?(?:`([^`|]*)`)? ?\|/gm)];
  const schema = hdfsBlobManagerPlugin.options['~standard'].jsonSchema?.input({
    target: 'draft-2020-12',
    libraryOptions: { errorMode: 'ignore' },
  });
  const described = schema?.['properties'] as Readonly<Record<string, { default?: unknown }>>;
  const ofKerberos = new Set(['kerberos', 'keytab', 'principal']); // known, and refused
  const keys = Object.keys(described).filter((key) => !ofKerberos.has(key));
  expect(rows.map(([, key]) => key)).toEqual(keys);
  const presets = keys.filter((key) => described[key]?.default !== undefined);
  expect(presets).toEqual(['hdfs_user', 'max_attempts', 'timeout_seconds', 'authentication']);
  const said = new Map(rows.map(([, key, preset]) => [key, preset]));
  for (const key of presets) expect(said.get(key)).toBe(String(described[key]?.default));
});
