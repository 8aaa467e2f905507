export { cacheDirectory, homeOf, isInstalled } from './cache.ts';
export type { Engine } from './engine.ts';
export { freePort } from './free-port.ts';
export { whereEngine } from './where-engine.ts';
