import { join } from 'node:path';
import type { PluginHost } from '@aiflow/core';
import { shownConfig } from '@aiflow/core';
import { StoreBlobManager } from '@aiflow/snapshot';
import type { HdfsBlobManagerOptions } from './options.ts';
import { hdfsBlobManagerOptions } from './options.ts';
import { HdfsObjectStore } from './store.ts';

/** Keeps snapshots in a directory of HDFS. */
export class HdfsBlobManager extends StoreBlobManager {
  constructor(options: HdfsBlobManagerOptions, host: PluginHost) {
    super({
      store: new HdfsObjectStore({
        hdfsUrl: options.hdfs_url,
        rootDirectory: options.root_directory,
        user: options.hdfs_user,
        nameservice: options.nameservice,
        timeoutMs: options.timeout_seconds * 1000,
        maxAttempts: options.max_attempts,
      }),
      config: shownConfig(options, hdfsBlobManagerOptions),
      cacheDir: join(host.stateDir, 'snapshots-cache'),
      cacheSize: options.cache_size,
    });
  }
}
