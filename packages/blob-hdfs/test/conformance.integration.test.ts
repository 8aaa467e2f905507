import type { Hdfs } from '@aiflow-private/engines';
import { hdfs, startHdfs, whereEngine } from '@aiflow-private/engines';
import { blobManagerSuite, objectStoreSuite } from '@aiflow/testkit';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { hdfsBlobManagerPlugin } from '../src/plugin.ts';
import { HdfsObjectStore } from '../src/store.ts';
import { Superuser } from './superuser.ts';

// Thousands of objects, each with three requests and a flush to the disk.
vi.setConfig({ testTimeout: 300_000 });

whereEngine(hdfs, (home) => {
  let cluster: Hdfs;
  let superuser: Superuser;

  beforeAll(async () => {
    cluster = await startHdfs(home);
    superuser = new Superuser(cluster.nameNodes[0], cluster.superuser);
    await superuser.makeDirectory('/of someone', 'someone');
  }, 330_000);
  afterAll(async () => await cluster[Symbol.asyncDispose]());

  const root = (name: string): string => `/of someone/${name}`;
  const remove = async ({ name }: { readonly name: string }): Promise<void> => {
    await superuser.remove(root(name));
  };

  objectStoreSuite({
    name: 'hdfs',
    describe,
    it,
    open: ({ name }) =>
      new HdfsObjectStore({ hdfsUrl: cluster.nameNodes, rootDirectory: root(name), user: 'someone' }),
    remove,
    patience: 250_000,
  });

  blobManagerSuite({
    name: 'hdfs',
    describe,
    it,
    open: ({ name, host }) =>
      hdfsBlobManagerPlugin.create(
        {
          hdfs_url: cluster.nameNodes,
          hdfs_user: 'someone',
          root_directory: root(name),
          timeout_seconds: 60,
          max_attempts: 8,
          authentication: 'simple',
        },
        host,
      ),
    corrupt: async ({ name }) => {
      for (const path of await superuser.files(root(name))) {
        await superuser.write(
          path,
          (await superuser.read(path)).map((byte) => byte ^ 0xff),
        );
      }
    },
    remove,
    patience: 250_000,
  });
});
