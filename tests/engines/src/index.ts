export { cacheDirectory, homeOf, isInstalled } from './cache.ts';
export type { Engine } from './engine.ts';
export { freePort } from './free-port.ts';
export { oss2 } from './oss2.ts';
export { whereEngine } from './where-engine.ts';
