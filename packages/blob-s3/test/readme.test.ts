import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlobManager, createRegistry, openProject, registerPlugin } from '@aiflow/core';
import { createTestHost } from '@aiflow/testkit';
import { expect, test } from 'vitest';
import { s3BlobManagerOptions } from '../src/options.ts';
import { s3BlobManagerPlugin } from '../src/plugin.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);

test('each project file of the README is one that the plugin takes', async () => {
  expect(blocks).toHaveLength(2);
  for (const text of blocks) {
    const directory = await mkdtemp(join(tmpdir(), 'aiflow-s3-readme-'));
    await writeFile(join(directory, 'project.yaml'), text);
    const secrets = { MINIO_KEY: 'key', MINIO_SECRET: 'secret' };
    const host = await createTestHost({ secrets, stateDir: directory });
    const registry = createRegistry();
    registerPlugin(s3BlobManagerPlugin, registry);
    const { config } = await createBlobManager(await openProject(directory), 's3', host, registry);
    expect(config).toMatchObject({ bucket_name: 'my-snapshots', root_directory: 'penguins' });
    await rm(directory, { recursive: true });
  }
});

test('the table of the README has every option, and what it is unless said', () => {
  const libraryOptions = { errorMode: 'ignore' };
  const schema = s3BlobManagerOptions['~standard'].jsonSchema?.input({
    target: 'draft-2020-12',
    libraryOptions,
  });
  const described = schema?.['properties'] as Readonly<Record<string, { default?: unknown }>>;
  const table = readme.slice(readme.indexOf('## Options'), readme.indexOf('## What it does'));
  const rows = [...table.matchAll(/^\|([^|]*)\|[^|]*\|([^|]*)\|/gm)]
    .slice(2)
    .map(([, keys = '', otherwise = '']) => ({
      keys: keys.replaceAll(/[` ]/g, '').split(','),
      otherwise: otherwise.trim(),
    }));
  expect(rows.flatMap(({ keys }) => keys).toSorted()).toEqual(Object.keys(described).toSorted());
  const presets = Object.entries(described).flatMap(([key, { default: preset }]) =>
    preset === undefined || preset === '' ? [] : [[key, `\`${JSON.stringify(preset).replaceAll('"', '')}\``]],
  );
  const said = rows.flatMap(({ keys, otherwise }) => keys.map((key) => [key, otherwise]));
  expect(said).toEqual(expect.arrayContaining(presets));
  expect(presets).toHaveLength(4);
});
