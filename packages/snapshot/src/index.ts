export { bytesOf, expectedSize } from './bytes-of.ts';
export type {
  ByteRange,
  GetOptions,
  HttpGet,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  StoreOptions,
} from './object-store.ts';
export { checkKey, checkPrefix, largestObject } from './object-store.ts';
export type { StoreBlobManagerOptions } from './manager.ts';
export { StoreBlobManager } from './manager.ts';
export type { ReadableBody, ReadBodyOptions } from './read-body.ts';
export { readBody } from './read-body.ts';
export type { ConnectingAgent } from './read-in-place.ts';
export { readInPlace } from './read-in-place.ts';
export { makeDurable, syncPath } from './flush.ts';
