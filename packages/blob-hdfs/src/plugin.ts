import type { BlobManagerPlugin } from '@aiflow/core';
import { pluginOrigin, protocol } from '@aiflow/core';
import { HdfsBlobManager } from './manager.ts';
import type { HdfsBlobManagerOptions } from './options.ts';
import { hdfsBlobManagerOptions } from './options.ts';

/** The blob plugin `hdfs`. */
export const hdfsBlobManagerPlugin: BlobManagerPlugin<HdfsBlobManagerOptions> = {
  kind: 'blob',
  name: 'hdfs',
  ...pluginOrigin(import.meta.url),
  protocol,
  capabilities: {},
  options: hdfsBlobManagerOptions,
  create: (config, host) => new HdfsBlobManager(config, host),
};
