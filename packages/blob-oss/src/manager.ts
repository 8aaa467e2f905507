import { resolve } from 'node:path';
import type { PluginHost } from '@aiflow/core';
import { shownConfig } from '@aiflow/core';
import { StoreBlobManager } from '@aiflow/snapshot';
import type { OssBlobManagerOptions } from './options.ts';
import { ossBlobManagerOptions } from './options.ts';
import { OssObjectStore } from './store.ts';

/** Keeps snapshots in a bucket of Alibaba Cloud OSS. */
export class OssBlobManager extends StoreBlobManager {
  constructor(options: OssBlobManagerOptions, host: PluginHost) {
    super({
      store: new OssObjectStore(options, host),
      config: shownConfig(options, ossBlobManagerOptions),
      cacheDir: resolve(host.stateDir, options.local_repository ?? 'snapshots-cache'),
      cacheSize: options.cache_size,
    });
  }
}
