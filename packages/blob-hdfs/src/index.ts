import { registerBlobManager } from '@aiflow/core';
import { hdfsBlobManagerPlugin } from './plugin.ts';

export { HdfsBlobManager } from './manager.ts';
export type { HdfsBlobManagerOptions } from './options.ts';
export { hdfsBlobManagerPlugin } from './plugin.ts';
export type { HdfsStoreOptions } from './store.ts';
export { HdfsObjectStore } from './store.ts';

registerBlobManager(hdfsBlobManagerPlugin);
