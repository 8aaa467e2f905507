import { rmSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobManager, PluginHost } from '@aiflow/core';
import type { ObjectStoreUnderTest } from '@aiflow/testkit';
import { blobManagerSuite, objectStoreSuite } from '@aiflow/testkit';
import { afterAll, describe, expect, it } from 'vitest';

interface Example {
  readonly SqliteStore: new (path: string) => ObjectStoreUnderTest;
  readonly SqliteBlobManager: new (options: { readonly path: string }, host: PluginHost) => BlobManager;
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, block = '']) => block);
// Inside this package, so that it may import it by its name, as its author does.
const file = join(import.meta.dirname, `.readme-${process.pid}.ts`);
const imports = blocks.flatMap((block) => block.match(/^import .*$/gm) ?? []);
const bodies = blocks.map((block) => block.replaceAll(/^import .*\n/gm, ''));
writeFileSync(file, `${imports.join('\n')}\n${bodies.join('\n')}`);
const { SqliteStore, SqliteBlobManager } = (await import(file)) as Example;
afterAll(() => rmSync(file, { force: true }));

it('the README shows a store and a manager', () => {
  expect(blocks).toHaveLength(2);
});

const name = 'of the README';
const pathIn = (directory: string): string => join(directory, 'objects.db');

objectStoreSuite({ name, describe, it, open: ({ directory }) => new SqliteStore(pathIn(directory)) });

blobManagerSuite({
  name,
  describe,
  it,
  open: ({ directory, host }) => new SqliteBlobManager({ path: pathIn(directory) }, host),
});
