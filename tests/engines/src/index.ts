export { cacheDirectory, homeOf, isInstalled } from './cache.ts';
export type { Engine } from './engine.ts';
export { freePort } from './free-port.ts';
export { hdfs } from './hdfs.ts';
export { oss2 } from './oss2.ts';
export { startHdfs } from './start-hdfs.ts';
export type { Hdfs, HdfsCommand } from './start-hdfs.ts';
export { whereEngine } from './where-engine.ts';
