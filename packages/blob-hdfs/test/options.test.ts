import { validateOptions } from '@aiflow/core';
import { createTestHost, registrationSuite } from '@aiflow/testkit';
import { describe, expect, it } from 'vitest';
import { HdfsBlobManager } from '../src/manager.ts';
import type { HdfsBlobManagerOptions } from '../src/options.ts';
import { hdfsBlobManagerPlugin } from '../src/plugin.ts';

registrationSuite({ describe, it, packageDirectory: new URL('..', import.meta.url) });

type Written = Readonly<Record<string, string | number | readonly string[]>>;

const needed: Written = { hdfs_url: 'http://namenode:9870', root_directory: '/aiflow' };

async function validate(options: Written): Promise<unknown> {
  const locate = (): { file: null; line: null; column: null } => ({ file: null, line: null, column: null });
  const result = await validateOptions(hdfsBlobManagerPlugin.options, options, [], locate);
  return result.problems === undefined ? result.value : result.problems.map(({ message }) => message);
}

describe('the options', () => {
  it("need a url and a root directory, and have AIFlow's user unless one is said", async () => {
    expect(await validate(needed)).toEqual({
      ...needed,
      hdfs_user: 'default',
      max_attempts: 8,
      timeout_seconds: 60,
      authentication: 'simple',
    });
    expect(await validate({})).toEqual([
      expect.stringContaining('hdfs_url'),
      expect.stringContaining('root_directory'),
    ]);
  });

  it("take what AIFlow's own files say", async () => {
    const written = { hdfs_url: 'http://namenode:50070', hdfs_user: 'hdfs', root_directory: '/ai-flow' };
    expect(await validate(written)).toMatchObject(written);
    expect(await validate({ ...written, hdfs_url: 'http://nn1:50070;http://nn2:50070' })).toMatchObject({
      hdfs_url: 'http://nn1:50070;http://nn2:50070',
    });
  });

  it.each([
    ['namenode:9870'],
    ['hdfs://namenode:8020'],
    ['http://user:s3same@namenode:9870'],
    ['http://namenode:9870?op=OPEN'],
    ['http://namenode:9870,'],
    ['http://a:1,http://a:1/'],
    [[]],
    [['http://a:1', 'b']],
    [['http://a:1', 'http://a:1']],
    [7],
    [''],
  ])('refuse the url %j, without showing it', async (hdfs_url) => {
    const problems = await validate({ ...needed, hdfs_url });
    expect(problems).toEqual([expect.stringMatching(/^"hdfs_url.*expected/)]);
    expect(JSON.stringify(problems)).not.toContain('s3same');
  });

  it.each([
    ['aiflow'],
    ['/'],
    [''],
    ['//'],
    ['/a//b'],
    ['/a/../b'],
    ['/a/.'],
    ['/a:b'],
    ['/a\0b'],
    ['/a\nb'],
    [7],
  ])('refuse the root directory %j', async (root_directory) => {
    expect(await validate({ ...needed, root_directory })).toEqual([
      expect.stringMatching(/^"root_directory" is not valid: expected/),
    ]);
  });

  it.each(['kerberos', 'KERBEROS', 'token'])(
    'say of the authentication %j what can be done',
    async (authentication) => {
      expect(await validate({ ...needed, authentication })).toEqual([
        expect.stringMatching(/"authentication" is not valid: Kerberos is not supported.*simple/),
      ]);
    },
  );

  it.each([['kerberos'], ['keytab'], ['principal']])('say the same of the key %s', async (key) => {
    expect(await validate({ ...needed, [key]: 'x' })).toEqual([
      expect.stringMatching(new RegExp(`^"${key}" .*Kerberos is not supported`)),
    ]);
  });

  it.each([
    ['hdfs_user', ''],
    ['hdfs_user', 'a b'],
    ['nameservice', 'a/b'],
    ['timeout_seconds', 0],
    ['max_attempts', 0],
    ['max_attempts', 1.5],
    ['cache_size', 'much'],
    ['root_dir', '/x'],
  ])('refuse %s: %j', async (key, value) => {
    expect(await validate({ ...needed, [key]: value })).toEqual([expect.stringContaining(key)]);
  });
});

it('the limit for the shared copies reaches them', async () => {
  const host = await createTestHost();
  const options = (cache_size: string): HdfsBlobManagerOptions => ({
    hdfs_url: 'http://namenode:9870',
    hdfs_user: 'aiflow',
    root_directory: '/aiflow',
    max_attempts: 8,
    timeout_seconds: 60,
    authentication: 'simple',
    cache_size,
  });
  expect(new HdfsBlobManager(options('1 GB'), host).config).toEqual(options('1 GB'));
  expect(() => new HdfsBlobManager(options('much'), host)).toThrow('cacheSize is not valid');
  await host.dispose();
});
