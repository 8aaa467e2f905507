export type { ObjectBody, ObjectInfo, ObjectSource, ObjectStore, StoreOptions } from './object-store.ts';
export { checkKey, checkPrefix } from './object-store.ts';
