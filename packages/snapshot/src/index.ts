export type {
  ObjectBody,
  ObjectInfo,
  ObjectSource,
  ObjectStore,
  PutOptions,
  StoreOptions,
} from './object-store.ts';
export { checkKey, checkPrefix } from './object-store.ts';
export type { StoreBlobManagerOptions } from './manager.ts';
export { StoreBlobManager } from './manager.ts';
export { makeDurable, syncPath } from './flush.ts';
