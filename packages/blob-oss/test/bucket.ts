import type { Account, OssServer, OssServerOptions } from '@aiflow-private/oss-server';
import { startOssServer } from '@aiflow-private/oss-server';
import type { OssBlobManagerOptions } from '../src/options.ts';
import { OssObjectStore } from '../src/store.ts';
import type { StoreHost } from '../src/store.ts';

export const owner: Account = {
  accessKeyId: 'LTAI-owner-canary',
  accessKeySecret: 'owner-secret-canary',
  may: 'everything',
};
export const guest: Account = { ...owner, accessKeyId: 'LTAI-guest', may: 'read' };
export const stranger: Account = { ...owner, accessKeyId: 'LTAI-stranger', may: 'nothing' };
export const temporary: Account = {
  ...owner,
  accessKeyId: 'STS.owner-canary',
  securityToken: 'token/canary+signs=',
};

export async function startServer(options: Partial<OssServerOptions> = {}): Promise<OssServer> {
  return await startOssServer({
    accounts: [owner, guest, stranger, temporary],
    buckets: ['shelf'],
    ...options,
  });
}

/** What the schema fills in. */
const usual = { max_attempts: 6, timeout_seconds: 60 };

/** Options for the bucket `shelf` of a server of ours. */
export function optionsFor(
  { endpoint, region }: OssServer,
  { accessKeyId, accessKeySecret, securityToken }: Account = owner,
): OssBlobManagerOptions {
  return {
    access_key_id: accessKeyId,
    access_key_secret: accessKeySecret,
    security_token: securityToken,
    endpoint,
    region,
    bucket: 'shelf',
    ...usual,
  };
}

/** Options for the real bucket that `OSS_TEST_…` names, or null; what is put there lies below its root. */
export function realBucket(
  environment: Readonly<Record<string, string | undefined>>,
): OssBlobManagerOptions | null {
  const get = (name: string): string | undefined => environment[`OSS_TEST_${name}`] || undefined;
  const [id, secret, endpoint, bucket] = ['ACCESS_KEY_ID', 'ACCESS_KEY_SECRET', 'ENDPOINT', 'BUCKET'].map(
    get,
  );
  if (!id || !secret || !endpoint || !bucket) return null;
  return {
    access_key_id: id,
    access_key_secret: secret,
    security_token: get('SECURITY_TOKEN'),
    endpoint,
    region: get('REGION'),
    bucket,
    root_directory: get('ROOT') ?? 'aiflow-test',
    ...usual,
  };
}

/** The same bucket, below a directory of its own. */
export function below(options: OssBlobManagerOptions, name: string): OssBlobManagerOptions {
  return { ...options, root_directory: `${options.root_directory ?? ''}/${name}` };
}

/** Turns a bit in every byte of every object. */
export async function corruptAll(options: OssBlobManagerOptions, host: StoreHost): Promise<void> {
  const store = new OssObjectStore(options, host);
  for await (const { key } of store.list('')) {
    const bytes = await store.get(key);
    if (bytes !== null)
      await store.put(
        key,
        bytes.map((byte) => byte ^ 0xff),
      );
  }
}

export async function removeAll(options: OssBlobManagerOptions, host: StoreHost): Promise<void> {
  const store = new OssObjectStore(options, host);
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  await store.deleteMany(keys);
}
