export { bytesOf, expectedSize } from './bytes-of.ts';
export type { HttpAgents } from './http-agents.ts';
export { httpAgents } from './http-agents.ts';
export type {
  ByteRange,
  GetOptions,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  StoreOptions,
} from './object-store.ts';
export { checkKey, checkPrefix, largestObject } from './object-store.ts';
export type { StoreBlobManagerOptions } from './manager.ts';
export { StoreBlobManager } from './manager.ts';
export type { ReadBodyOptions } from './read-body.ts';
export { readBody } from './read-body.ts';
export { makeDurable, syncPath } from './flush.ts';
