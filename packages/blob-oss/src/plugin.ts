import type { BlobManagerPlugin } from '@aiflow/core';
import { pluginOrigin, protocol } from '@aiflow/core';
import { OssBlobManager } from './manager.ts';
import type { OssBlobManagerOptions } from './options.ts';
import { ossBlobManagerOptions } from './options.ts';

/** The blob plugin `oss`. */
export const ossBlobManagerPlugin: BlobManagerPlugin<OssBlobManagerOptions> = {
  kind: 'blob',
  name: 'oss',
  ...pluginOrigin(import.meta.url),
  protocol,
  capabilities: { getRange: true, putIfAbsent: true, deleteMany: true },
  options: ossBlobManagerOptions,
  create: (config, host) => new OssBlobManager(config, host),
};
