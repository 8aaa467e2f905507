import { readFileSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Server } from '@aiflow-private/engines';
import { startVersitygw, versitygw, whereEngine } from '@aiflow-private/engines';
import type { StorePlace } from '@aiflow/testkit';
import { blobManagerSuite, objectStoreSuite } from '@aiflow/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { s3BlobManagerPlugin } from '../src/plugin.ts';
import { S3ObjectStore } from '../src/store.ts';
import { optionsFor } from './options-for.ts';

whereEngine(versitygw, (home) => {
  let server: S3Server;

  beforeAll(async () => {
    server = await startVersitygw(home);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  const directoryOf = ({ name }: StorePlace): string => join(server.directory, 'bucket', name);
  const remove = async (place: StorePlace): Promise<void> =>
    await rm(directoryOf(place), { recursive: true, force: true });

  objectStoreSuite({
    name: 's3',
    describe,
    it,
    open: async ({ name, host }) =>
      new S3ObjectStore(await optionsFor(server, { root_directory: name }), host),
    remove,
  });

  blobManagerSuite({
    name: 's3',
    describe,
    it,
    open: async ({ name, host }) =>
      s3BlobManagerPlugin.create(await optionsFor(server, { root_directory: name }), host),
    corrupt: async (place) => {
      for (const entry of await readdir(directoryOf(place), { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        // Written over in place, so that what the server knows of the object stays with it.
        if (entry.isFile())
          await writeFile(
            path,
            readFileSync(path).map((byte) => byte ^ 0xff),
            { flag: 'r+' },
          );
      }
    },
    remove,
  });
});
