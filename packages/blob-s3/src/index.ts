import { registerBlobManager } from '@aiflow/core';
import { s3BlobManagerPlugin } from './plugin.ts';

export { S3BlobManager } from './manager.ts';
export type { S3BlobManagerOptions } from './options.ts';
export { s3BlobManagerPlugin } from './plugin.ts';
export { S3ObjectStore } from './store.ts';

registerBlobManager(s3BlobManagerPlugin);
