import type { BlobManagerPlugin } from '@aiflow/core';
import { pluginOrigin, protocol } from '@aiflow/core';
import { LocalBlobManager } from './manager.ts';
import type { LocalBlobManagerOptions } from './options.ts';
import { localBlobManagerOptions } from './options.ts';

/** The blob plugin `local`. */
export const localBlobManagerPlugin: BlobManagerPlugin<LocalBlobManagerOptions> = {
  kind: 'blob',
  name: 'local',
  ...pluginOrigin(import.meta.url),
  protocol,
  capabilities: {},
  options: localBlobManagerOptions,
  create: (config, host) => new LocalBlobManager(config, host),
};
