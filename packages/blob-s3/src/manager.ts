import { join } from 'node:path';
import type { PluginHost } from '@aiflow/core';
import { shownConfig } from '@aiflow/core';
import { StoreBlobManager } from '@aiflow/snapshot';
import type { S3BlobManagerOptions } from './options.ts';
import { s3BlobManagerOptions } from './options.ts';
import { S3ObjectStore } from './store.ts';

/** Keeps snapshots in a bucket of S3, or of a server that speaks like it. */
export class S3BlobManager extends StoreBlobManager {
  constructor(options: S3BlobManagerOptions, host: PluginHost) {
    super({
      store: new S3ObjectStore(options, host),
      config: shownConfig(options, s3BlobManagerOptions),
      cacheDir: join(host.stateDir, 'snapshots-cache'),
      cacheSize: options.cache_size,
    });
  }
}
