import { registerBlobManager } from '@aiflow/core';
import { localBlobManagerPlugin } from './plugin.ts';

export { LocalBlobManager } from './manager.ts';
export type { LocalBlobManagerOptions } from './options.ts';
export { localBlobManagerPlugin } from './plugin.ts';
export { LocalObjectStore } from './store.ts';

registerBlobManager(localBlobManagerPlugin);
