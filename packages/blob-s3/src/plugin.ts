import type { BlobManagerPlugin } from '@aiflow/core';
import { pluginOrigin, protocol } from '@aiflow/core';
import { S3BlobManager } from './manager.ts';
import type { S3BlobManagerOptions } from './options.ts';
import { s3BlobManagerOptions } from './options.ts';

/** The blob plugin `s3`. */
export const s3BlobManagerPlugin: BlobManagerPlugin<S3BlobManagerOptions> = {
  kind: 'blob',
  name: 's3',
  ...pluginOrigin(import.meta.url),
  protocol,
  capabilities: {},
  options: s3BlobManagerOptions,
  create: (config, host) => new S3BlobManager(config, host),
};
