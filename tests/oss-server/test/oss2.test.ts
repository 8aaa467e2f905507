import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { oss2, whereEngine } from '@aiflow-private/engines';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Account } from '../src/account.ts';
import type { OssServer } from '../src/server.ts';
import { startOssServer } from '../src/server.ts';

const script = fileURLToPath(new URL('oss2-client.py', import.meta.url));
const owner: Account = { accessKeyId: 'owner', accessKeySecret: 'owner-secret', may: 'everything' };
const temporary: Account = { ...owner, accessKeyId: 'STS.owner', securityToken: 'token/with+signs=' };

let server: OssServer;
beforeAll(async () => {
  server = await startOssServer({ accounts: [owner, temporary], buckets: ['shelf'] });
});
afterAll(async () => await server.close());

const runs: readonly ['v1' | 'v4', Account][] = [
  ['v1', owner],
  ['v4', owner],
  ['v1', temporary],
  ['v4', temporary],
];

whereEngine(oss2, (home) => {
  it.each(runs)("takes Alibaba's own client for Python: signature %s, %j", async (version, account) => {
    const { accessKeyId, accessKeySecret, securityToken = '' } = account;
    const keys = [accessKeyId, accessKeySecret, securityToken];
    const args = [script, server.endpoint, server.region, version, ...keys];
    // Without the packages of the system, which need not fit to those that the client came with.
    const run = await execa('python3', ['-S', ...args], { env: { PYTHONPATH: join(home, 'lib') } });
    expect(JSON.parse(run.stdout)).toEqual({
      crc: true,
      got: 'twelve bytes',
      range: 'elve',
      head: [12, 'python', createHash('md5').update('twelve bytes').digest('hex').toUpperCase()],
      list: [3, 25, true],
      dirs: ['dir/', 'many/'],
      deleted: 25,
      left: ['dir/a b+c&é.txt'],
      multipart: [true, '3'],
      aborted: false,
      forbidden: [409, 'FileAlreadyExists'],
      info: ['shelf', 'oss-cn-hangzhou'],
      gone: [404, 'NoSuchKey'],
    });
  });
});
