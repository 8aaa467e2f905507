import { join, resolve } from 'node:path';
import type { PluginHost } from '@aiflow/core';
import { shownConfig } from '@aiflow/core';
import { StoreBlobManager } from '@aiflow/snapshot';
import type { LocalBlobManagerOptions } from './options.ts';
import { localBlobManagerOptions } from './options.ts';
import { LocalObjectStore } from './store.ts';

/** Keeps snapshots in a directory of this machine, or one that several machines have mounted. */
export class LocalBlobManager extends StoreBlobManager {
  constructor(options: LocalBlobManagerOptions, host: PluginHost) {
    super({
      store: new LocalObjectStore(resolve(host.stateDir, options.root_directory)),
      config: shownConfig(options, localBlobManagerOptions),
      cacheDir: join(host.stateDir, 'snapshots-cache'),
      cacheSize: options.cache_size,
    });
  }
}
