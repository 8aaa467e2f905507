import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlobManager, openProject, validateOptions } from '@aiflow/core';
import type { BlobManager, JsonObject } from '@aiflow/core';
import { createTestHost } from '@aiflow/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEndpoint } from '../src/endpoint.ts';
import { OssBlobManager, OssObjectStore, ossBlobManagerPlugin } from '../src/index.ts';

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);
const keys = { access_key_id: 'LTAI-id', access_key_secret: 'the-secret' };
const whole = { ...keys, bucket: 'shelf', endpoint: 'oss-cn-hangzhou.aliyuncs.com' };
/** With what the schema fills in. */
const given = { ...whole, max_attempts: 6, timeout_seconds: 60 };

/** The problems of options whose secrets come from references, as a project has them. */
async function problemsOf(options: JsonObject): Promise<string[]> {
  const written = Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      /secret|token/.test(key) && value !== null ? `\${${key.toUpperCase()}}` : value,
    ]),
  );
  const locate = (): { file: null; line: null; column: null } => ({ file: null, line: null, column: null });
  const result = await validateOptions(ossBlobManagerPlugin.options, options, [], locate, written);
  return (result.problems ?? []).map(({ message }) => message);
}

describe('the options', () => {
  it('have a default for how often and how long a server is asked', async () => {
    const validated = await ossBlobManagerPlugin.options['~standard'].validate(whole);
    expect(validated).toEqual(expect.objectContaining({ value: given }));
  });

  it.each<[string, JsonObject]>([
    ["AIFlow's", { ...whole, root_directory: '/flows/' }],
    ["AIFlow's of version 0.1", { ...whole, repo_name: 'flows', local_repository: '/tmp' }],
    ['a region and no endpoint', { ...keys, bucket: 'shelf', region: 'oss-cn-hangzhou', internal: true }],
    ['a limit for the shared copies', { ...whole, cache_size: '20 GB' }],
    ['a root in any script', { ...whole, root_directory: '工作流/a b' }],
    ['a domain of its own', { ...whole, endpoint: 'https://files.example.com', cname: true }],
    ['an address with its region', { ...whole, endpoint: 'http://10.0.0.7:8080', region: 'cn-beijing' }],
    ['temporary keys', { ...whole, session_token: 'token' }],
  ])('take %s', async (_what, options) => {
    expect(await problemsOf(options)).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ['bucket', { ...whole, bucket: 'My_Bucket' }, 'small letters'],
    ['endpoint', { ...keys, bucket: 'shelf' }, 'neither is there'],
    ['endpoint', { ...whole, endpoint: 'https://user:word@oss-cn-hangzhou.aliyuncs.com' }, 'expected a host'],
    ['endpoint', { ...whole, endpoint: 'ftp://oss-cn-hangzhou.aliyuncs.com' }, 'expected a host'],
    ['endpoint', { ...whole, endpoint: 'oss-cn-hangzhou.aliyuncs.com/shelf' }, 'expected a host'],
    ['internal', { ...whole, internal: true }, 'write the internal address'],
    ['region', { ...whole, endpoint: '10.0.0.7' }, 'IP address'],
    [
      'region',
      { ...whole, endpoint: 'oss-accelerate.aliyuncs.com', signature_version: 'v4' },
      'signature v4',
    ],
    ['session_token', { ...whole, security_token: 'a', session_token: 'b' }, 'leave one of them out'],
    ['repo_name', { ...whole, root_directory: 'a', repo_name: 'b' }, 'leave one of them out'],
    ['root_directory', { ...whole, root_directory: '../up' }, 'none of them "." or ".."'],
    ['root_directory', { ...whole, root_directory: 'a//b' }, 'none of them "." or ".."'],
    ['access_key_secret', { ...whole, access_key_secret: 'secret\n' }, 'without spaces or line breaks'],
    ['max_attempts', { ...whole, max_attempts: 0 }, 'at least 1'],
    ['timeout_seconds', { ...whole, timeout_seconds: 0 }, 'at least 0.1'],
    ['cache_size', { ...whole, cache_size: 'much' }, 'such as 20 GB'],
    ['root_directory', { ...whole, root_directory: null }, 'expected a text'],
    ['root_directry', { ...whole, root_directry: 'a' }, 'did you mean "root_directory"?'],
  ])('refuse a wrong %s', async (key, options, words) => {
    const problems = await problemsOf(options);
    expect(problems).toEqual([expect.stringContaining(words)]);
    expect(problems[0]).toContain(`"${key}"`);
    expect(problems[0]).not.toContain('the-secret');
  });
});

it('the limit for the shared copies reaches them', async () => {
  const host = await createTestHost();
  const open = (cache_size: string): unknown => new OssBlobManager({ ...given, cache_size }, host);
  expect(open('1 GB')).toBeInstanceOf(OssBlobManager);
  expect(() => open('much')).toThrow('cacheSize is not valid');
  await host.dispose();
});

describe('a project', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'aiflow-oss-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function open(yaml: string, secrets: Record<string, string> = {}): Promise<BlobManager> {
    mkdirSync(join(directory, 'workflows'));
    writeFileSync(join(directory, 'project.yaml'), yaml);
    const host = await createTestHost({ stateDir: join(directory, '.aiflow'), secrets });
    return await createBlobManager(await openProject(directory), 'oss', host);
  }

  const yaml = (secret: string): string => `project_name: penguins
blob:
  blob_manager_class: ai_flow_plugins.blob_manager_plugins.oss_blob_manager.OssBlobManager
  blob_manager_config:
    access_key_id: LTAI-id
    access_key_secret: ${secret}
    endpoint: oss-cn-hangzhou.aliyuncs.com
    bucket: shelf
    root_directory: flows
`;

  it('names the secret by a reference, and .config shows the reference', async () => {
    const blob = await open(yaml('${OSS_SECRET}'), { OSS_SECRET: 'the-secret' });
    expect(blob.config).toMatchObject({ bucket: 'shelf', access_key_secret: '${OSS_SECRET}' });
    expect(JSON.stringify(blob.config)).not.toContain('the-secret');
  });

  it('may not hold the secret itself, and is told what to write instead', async () => {
    await expect(open(yaml('the-secret'))).rejects.toMatchObject({
      code: 'config.invalid',
      message: matching(
        /project\.yaml:6:\d+: .*access_key_secret" holds a secret as it is: write \$\{ACCESS_KEY_SECRET\}/,
      ),
    });
  });
});

describe('the place of a bucket', () => {
  it.each<[object, string, string | null]>([
    [{ endpoint: 'oss-cn-hangzhou.aliyuncs.com' }, 'https://oss-cn-hangzhou.aliyuncs.com', 'cn-hangzhou'],
    [
      { endpoint: 'http://oss-us-west-1-internal.aliyuncs.com' },
      'http://oss-us-west-1-internal.aliyuncs.com',
      'us-west-1',
    ],
    [{ endpoint: 'https://oss-accelerate.aliyuncs.com/' }, 'https://oss-accelerate.aliyuncs.com', null],
    [{ endpoint: 'files.example.com', region: 'cn-beijing' }, 'https://files.example.com', 'cn-beijing'],
    [{ region: 'oss-cn-beijing' }, 'https://oss-cn-beijing.aliyuncs.com', 'cn-beijing'],
    [{ region: 'cn-beijing', internal: true }, 'https://oss-cn-beijing-internal.aliyuncs.com', 'cn-beijing'],
  ])('%j is %s in the region %s', (options, url, region) => {
    expect(readEndpoint(options)).toEqual({ url, region });
  });

  it('is a uri that shows bucket and root, however the root is written', async () => {
    const host = await createTestHost();
    try {
      const location = (more: object): string => new OssObjectStore({ ...given, ...more }, host).location;
      expect(location({})).toBe('oss://shelf');
      expect(location({ root_directory: '/' })).toBe('oss://shelf');
      expect(location({ root_directory: '/flows/of/' })).toBe('oss://shelf/flows/of');
      expect(location({ repo_name: 'a b' })).toBe('oss://shelf/a%20b');
    } finally {
      await host.dispose();
    }
  });
});
