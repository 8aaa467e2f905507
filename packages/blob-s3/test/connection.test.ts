import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect } from '../src/connection.ts';
import { optionsOf } from './options-for.ts';

beforeEach(() => {
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_DEFAULT_REGION', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Where a client would ask for an object of the bucket `bucket`. */
async function address(given: object): Promise<string> {
  const options = await optionsOf({
    bucket_name: 'bucket',
    access_key_id: 'a',
    secret_access_key: 'b',
    ...given,
  });
  const { sdk, client } = await connect(options, true);
  let asked = '';
  client.middlewareStack.add(
    (next) => async (args) => {
      const { protocol, hostname, path } = args.request as Record<'protocol' | 'hostname' | 'path', string>;
      asked = `${protocol}//${hostname}${path}`;
      await Promise.reject(new Error('it is not to be asked'));
      return await next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  const command = new sdk.GetObjectCommand({ Bucket: 'bucket', Key: 'key' });
  await expect(client.send(command)).rejects.toThrow('it is not to be asked');
  return asked;
}

describe('an object is asked for', () => {
  test.each<readonly [string, object]>([
    ['https://bucket.s3.us-east-1.amazonaws.com/key', {}],
    ['https://bucket.s3.eu-west-3.amazonaws.com/key', { region_name: 'eu-west-3' }],
    ['http://bucket.s3.eu-west-3.amazonaws.com/key', { region_name: 'eu-west-3', use_ssl: false }],
    ['http://bucket.s3.cn-north-1.amazonaws.com.cn/key', { region_name: 'cn-north-1', use_ssl: false }],
    ['https://s3.eu-west-3.amazonaws.com/bucket/key', { region_name: 'eu-west-3', addressing_style: 'path' }],
    [
      'https://bucket.s3.eu-west-3.amazonaws.com/key',
      { region_name: 'eu-west-3', endpoint_url: 'https://s3.eu-west-3.amazonaws.com' },
    ],
    ['https://minio.example.com/bucket/key', { endpoint_url: 'https://minio.example.com' }],
    ['https://example.com/storage/s3/bucket/key', { endpoint_url: 'https://example.com/storage/s3' }],
    [
      'https://bucket.minio.example.com/key',
      { endpoint_url: 'https://minio.example.com', addressing_style: 'virtual' },
    ],
  ])('at %s with %j', async (expected, given) => {
    expect(await address(given)).toBe(expected);
  });
});
