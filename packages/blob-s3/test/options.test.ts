import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobManager } from '@aiflow/core';
import { createBlobManager, createRegistry, isAIFlowError, openProject, registerPlugin } from '@aiflow/core';
import { createTestHost } from '@aiflow/testkit';
import { describe, expect, test } from 'vitest';
import { S3BlobManager } from '../src/manager.ts';
import type { S3BlobManagerOptions } from '../src/options.ts';
import { s3BlobManagerPlugin } from '../src/plugin.ts';
import { S3ObjectStore } from '../src/store.ts';
import { optionsOf } from './options-for.ts';

const keys = { access_key_id: 'AKIA', secret_access_key: 'hunter2' };

async function refusalOf(given: object): Promise<string> {
  return await optionsOf(given).then(
    () => 'taken',
    (error: unknown) => String(error),
  );
}

describe('the options', () => {
  test('have a default for all but the bucket', async () => {
    expect(await optionsOf({ bucket_name: 'my-bucket' })).toEqual({
      bucket_name: 'my-bucket',
      root_directory: '',
      addressing_style: 'auto',
      checksum_algorithm: 'crc32',
      max_attempts: 5,
      timeout_seconds: 30,
    });
  });

  test.each([
    {},
    { bucket_name: 's3://bucket' },
    { bucket_name: 'bucket/root' },
    { endpoint_url: 'minio:9000' },
    { endpoint_url: 'ftp://minio' },
    { endpoint_url: 'http://user:word@minio' },
    { region_name: 'Europe (Paris)' },
    { verify: 'certificates.pem' },
    { root_directory: '../other' },
    { root_directory: 'a//b' },
    { root_directory: '.hidden' },
    { addressing_style: 'dns' },
    { checksum_algorithm: 'md5' },
    { max_attempts: 0 },
    { timeout_seconds: 0 },
    { cache_size: 'much' },
    { access_key_id: 'AKIA' },
    { secret_access_key: 'hunter2' },
    { session_token: 'hunter3' },
    { use_ssl: true, endpoint_url: 'http://minio:9000' },
    { service_name: 'sqs' },
    { bucket: 'bucket' },
  ])('refuse %j', async (given) => {
    const isBare = Object.keys(given).length === 0;
    const refusal = await refusalOf(isBare ? given : { bucket_name: 'bucket', ...given });
    expect(refusal).toContain('Error: ');
    expect(refusal).not.toContain('hunter');
  });

  test.each([
    { endpoint_url: 'http://127.0.0.1:9000', use_ssl: false },
    { endpoint_url: 'https://gateway.example.com/storage/v1/s3' },
    { verify: '/etc/ssl/own.pem' },
    { verify: false },
    { root_directory: '/teams/vision_2/' },
    { ...keys, session_token: 'hunter3' },
    { bucket_name: 'My_Old.Bucket' },
    { cache_size: '20 GB' },
    { service_name: 's3', api_version: '2006-03-01' },
  ])('take %j', async (given) => {
    expect(await refusalOf({ bucket_name: 'bucket', ...given })).toBe('taken');
  });
});

describe('the location', () => {
  test.each([
    ['', 's3://bucket'],
    ['/', 's3://bucket'],
    ['/teams/vision/', 's3://bucket/teams/vision'],
  ])('of the root "%s" is %s', async (root_directory, location) => {
    const host = await createTestHost();
    const options = await optionsOf({ bucket_name: 'bucket', root_directory });
    expect(new S3ObjectStore(options, host).location).toBe(location);
    await host.dispose();
  });
});

test('an object is put where there is none only where the server is known to look', async () => {
  const host = await createTestHost();
  const offers = async (given: Partial<S3BlobManagerOptions>): Promise<boolean> =>
    new S3ObjectStore(await optionsOf({ bucket_name: 'bucket', ...given }), host).putIfAbsent !== undefined;
  expect(await offers({})).toBe(true);
  expect(await offers({ endpoint_url: 'http://minio:9000' })).toBe(false);
  expect(await offers({ endpoint_url: 'http://minio:9000', conditional_writes: true })).toBe(true);
  expect(await offers({ conditional_writes: false })).toBe(false);
  await host.dispose();
});

/** The blob manager of a project whose file says this under `blob_manager_config`. */
async function managerOf(yaml: string, secrets: Readonly<Record<string, string>> = {}): Promise<BlobManager> {
  const directory = await mkdtemp(join(tmpdir(), 'aiflow-s3-options-'));
  const config = yaml.replaceAll(/^/gm, '    ');
  const text = `project_name: p\nblob:\n  blob_manager_class: s3\n  blob_manager_config:\n${config}\n`;
  await writeFile(join(directory, 'project.yaml'), text);
  const host = await createTestHost({ secrets, stateDir: directory });
  const registry = createRegistry();
  registerPlugin(s3BlobManagerPlugin, registry);
  try {
    return await createBlobManager(await openProject(directory), 's3', host, registry);
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe('a secret', () => {
  test('that stands in project.yaml as it is is refused, with what to write instead', async () => {
    const yaml =
      'bucket_name: bucket\naccess_key_id: AKIA\nsecret_access_key: hunter2\nsession_token: hunter3';
    const error: unknown = await managerOf(yaml).catch((thrown: unknown) => thrown);
    if (!isAIFlowError(error, 'config.invalid')) throw new Error('expected config.invalid', { cause: error });
    const messages = error.problems.map(({ message }) => message).join('\n');
    expect(messages).toContain('write ${SECRET_ACCESS_KEY}');
    expect(messages).toContain('write ${SESSION_TOKEN}');
    expect(error.message + messages).not.toMatch(/hunter/);
  });

  test('is shown as the reference that stands there', async () => {
    const yaml = 'bucket_name: bucket\naccess_key_id: AKIA\nsecret_access_key: ${KEY}';
    const { config } = await managerOf(yaml, { KEY: 'hunter2' });
    expect(config).toMatchObject({ access_key_id: 'AKIA', secret_access_key: '${KEY}' });
  });

  test('that a program hands over is not shown', async () => {
    const host = await createTestHost();
    const options = await optionsOf({ bucket_name: 'bucket', ...keys, session_token: 'hunter3' });
    const { config } = new S3BlobManager(options, host);
    expect(config).toMatchObject({ bucket_name: 'bucket', access_key_id: 'AKIA' });
    expect(JSON.stringify(config)).not.toContain('hunter');
    await host.dispose();
  });
});

test('the limit for the shared copies reaches them', async () => {
  const host = await createTestHost();
  const options = await optionsOf({ bucket_name: 'bucket', cache_size: '1 GB' });
  expect(new S3BlobManager(options, host).config).toMatchObject({ cache_size: '1 GB' });
  expect(() => new S3BlobManager({ ...options, cache_size: 'much' }, host)).toThrow('cacheSize is not valid');
  await host.dispose();
});
