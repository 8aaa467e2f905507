import { join, resolve } from 'node:path';
import type { PluginHost } from '@aiflow/core';
import { shownConfig } from '@aiflow/core';
import { StoreBlobManager } from '@aiflow/snapshot';
import type { OssBlobManagerOptions } from './options.ts';
import { OssObjectStore } from './store.ts';

/** Keeps snapshots in a bucket of Alibaba Cloud OSS. */
export class OssBlobManager extends StoreBlobManager {
  constructor(options: OssBlobManagerOptions, host: PluginHost) {
    const { access_key_secret: _, security_token: __, session_token: ___, ...shown } = options;
    const { local_repository: local } = options;
    super({
      store: new OssObjectStore(options, host),
      config: shownConfig(shown),
      cacheDir: local ? resolve(host.stateDir, local) : join(host.stateDir, 'snapshots-cache'),
    });
  }
}
