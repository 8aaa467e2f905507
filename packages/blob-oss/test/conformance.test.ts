import { blobManagerSuite, objectStoreSuite, registrationSuite } from '@aiflow/testkit';
import { afterAll, describe, it } from 'vitest';
import { ossBlobManagerPlugin } from '../src/plugin.ts';
import { OssObjectStore } from '../src/store.ts';
import { below, corruptAll, optionsFor, realBucket, removeAll, startServer, temporary } from './bucket.ts';

const server = await startServer();
afterAll(async () => await server.close());

const real = realBucket(process.env);
const buckets = {
  'oss, signature v4': optionsFor(server),
  'oss, signature v1 and a token': { ...optionsFor(server, temporary), signature_version: 'v1' as const },
  ...(real !== null && { 'oss, a real bucket': real }),
};

for (const [name, bucket] of Object.entries(buckets)) {
  const patience = bucket === real ? 120_000 : 20_000;
  objectStoreSuite({
    name,
    describe,
    it,
    patience,
    open: (place) => new OssObjectStore(below(bucket, place.name), place.host),
    remove: async (place) => await removeAll(below(bucket, place.name), place.host),
  });
  if (name.includes('v1')) continue; // what the store promises is enough for the manager
  blobManagerSuite({
    name,
    describe,
    it,
    patience,
    open: (place) => ossBlobManagerPlugin.create(below(bucket, place.name), place.host),
    corrupt: async (place) => await corruptAll(below(bucket, place.name), place.host),
    remove: async (place) => await removeAll(below(bucket, place.name), place.host),
  });
}

// oxlint-disable-next-line vitest/expect-expect -- it only says what was not run
it.skipIf(real !== null)('a real bucket', (context) => {
  context.skip('set OSS_TEST_ACCESS_KEY_ID and its companions (README) to run the suites there');
});

registrationSuite({ describe, it, packageDirectory: new URL('..', import.meta.url) });
