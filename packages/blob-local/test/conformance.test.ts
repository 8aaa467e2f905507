import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blobManagerSuite, objectStoreSuite, registrationSuite } from '@aiflow/testkit';
import { describe, it } from 'vitest';
import { localBlobManagerPlugin } from '../src/plugin.ts';
import { LocalObjectStore } from '../src/store.ts';

objectStoreSuite({ name: 'local', describe, it, open: ({ directory }) => new LocalObjectStore(directory) });

blobManagerSuite({
  name: 'local',
  describe,
  it,
  open: ({ directory, host }) => localBlobManagerPlugin.create({ root_directory: directory }, host),
  corrupt: async ({ directory }) => {
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile()) continue;
      await chmod(path, 0o644);
      await writeFile(
        path,
        (await readFile(path)).map((byte) => byte ^ 0xff),
      );
    }
  },
});

registrationSuite({ describe, it, packageDirectory: new URL('..', import.meta.url) });
