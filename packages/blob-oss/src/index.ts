import { registerBlobManager } from '@aiflow/core';
import { ossBlobManagerPlugin } from './plugin.ts';

export { OssBlobManager } from './manager.ts';
export type { OssBlobManagerOptions } from './options.ts';
export { ossBlobManagerPlugin } from './plugin.ts';
export { OssObjectStore } from './store.ts';

registerBlobManager(ossBlobManagerPlugin);
