export type { Account } from './account.ts';
export { Bucket, makeObject } from './bucket.ts';
export type { OssRequest } from './oss-request.ts';
export type { OssServer, OssServerOptions } from './server.ts';
export { startOssServer } from './server.ts';
export type { TroubleKind } from './trouble.ts';
