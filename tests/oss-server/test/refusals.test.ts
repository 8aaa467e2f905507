import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account } from '../src/account.ts';
import type { OssServer } from '../src/server.ts';
import { startOssServer } from '../src/server.ts';
import type { SignedRequest } from '../src/signed-request.ts';
import { textOf } from '../src/xml.ts';
import type { Asked, Said } from './client.ts';
import { send } from './client.ts';

const owner: Account = { accessKeyId: 'owner', accessKeySecret: 'owner-secret', may: 'everything' };
const guest: Account = { accessKeyId: 'guest', accessKeySecret: 'guest-secret', may: 'read' };
const temporary: Account = {
  accessKeyId: 'STS.temporary',
  accessKeySecret: 'temporary-secret',
  securityToken: 'token',
  may: 'everything',
};
const put: Asked = { method: 'PUT', bucket: 'shelf', key: 'a/b c+d', body: 'words' };

let server: OssServer;
beforeAll(async () => {
  server = await startOssServer({ accounts: [owner, guest, temporary], buckets: ['shelf'] });
});
afterAll(async () => await server.close());

const codeOf = ({ status, body }: Said): [number, string | null] => [status, textOf(body.toString(), 'Code')];

describe.each(['v1', 'v4'] as const)('a request with a signature of version %s', (version) => {
  it('is done, also with a token and with names that must be encoded', async () => {
    expect(await send(server, owner, put, { version })).toMatchObject({ status: 200 });
    expect(await send(server, temporary, put, { version })).toMatchObject({ status: 200 });
    expect(
      (await send(server, guest, { ...put, method: 'GET', body: '' }, { version })).body.toString(),
    ).toBe('words');
  });

  const withHeaders = (signed: SignedRequest, headers: Record<string, string>): SignedRequest => ({
    ...signed,
    headers: { ...signed.headers, ...headers },
  });
  it.each<[string, (signed: SignedRequest) => SignedRequest, string]>([
    ['its method', (signed) => ({ ...signed, method: 'POST' }), 'SignatureDoesNotMatch'],
    ['its path', (signed) => ({ ...signed, key: 'a/other' }), 'SignatureDoesNotMatch'],
    ['a subresource', (signed) => ({ ...signed, query: [['uploads', '']] }), 'SignatureDoesNotMatch'],
    ['a header', (signed) => withHeaders(signed, { 'x-oss-meta-a': 'b' }), 'SignatureDoesNotMatch'],
    ['its type', (signed) => withHeaders(signed, { 'content-type': 'text/html' }), 'SignatureDoesNotMatch'],
    [
      'the hash of its body',
      (signed) => withHeaders(signed, { 'content-md5': 'eB5eJF1ptWaXm4bijSPyxw==' }),
      'SignatureDoesNotMatch',
    ],
    ['its key', (signed) => ({ ...signed, headers: ofOther(signed) }), 'SignatureDoesNotMatch'],
    ['an unknown key', (signed) => ({ ...signed, headers: ofNobody(signed) }), 'InvalidAccessKeyId'],
  ])('is refused when %s was changed on the way', async (_what, tamper, code) => {
    expect(codeOf(await send(server, owner, put, { version, tamper }))).toEqual([403, code]);
  });
  const ofOther = ({ headers }: SignedRequest): Record<string, string> => ({
    ...headers,
    authorization: (headers['authorization'] ?? '').replace('owner', 'guest'),
  });
  const ofNobody = ({ headers }: SignedRequest): Record<string, string> => ({
    ...headers,
    authorization: (headers['authorization'] ?? '').replace('owner', 'nobody'),
  });

  it('is refused when it was made more than a quarter of an hour ago, or will be', async () => {
    for (const minutes of [-16, 16]) {
      const now = Date.now() + minutes * 60_000;
      expect(codeOf(await send(server, owner, put, { version, now }))).toEqual([403, 'RequestTimeTooSkewed']);
    }
    const now = Date.now() - 14 * 60_000;
    expect(await send(server, owner, put, { version, now })).toMatchObject({ status: 200 });
  });

  it('is refused when its secret is wrong, its token is or is missing', async () => {
    const wrong = { ...owner, accessKeySecret: 'wrong' };
    expect(codeOf(await send(server, wrong, put, { version }))).toEqual([403, 'SignatureDoesNotMatch']);
    const { securityToken: _, ...without } = temporary;
    for (const account of [
      without,
      { ...temporary, securityToken: 'another' },
      { ...owner, securityToken: 'x' },
    ]) {
      expect(codeOf(await send(server, account, put, { version }))).toEqual([403, 'InvalidSecurityToken']);
    }
  });

  it('is refused when its body is not what its hash says', async () => {
    server.troubles.add({ kind: 'damageRequest' });
    expect(codeOf(await send(server, owner, put, { version }))).toEqual([400, 'InvalidDigest']);
  });

  it('is refused without a right, a bucket or an object', async () => {
    expect(codeOf(await send(server, guest, put, { version }))).toEqual([403, 'AccessDenied']);
    expect(codeOf(await send(server, owner, { ...put, bucket: 'none' }, { version }))).toEqual([
      404,
      'NoSuchBucket',
    ]);
    const get: Asked = { method: 'GET', bucket: 'shelf', key: 'no/such' };
    expect(codeOf(await send(server, owner, get, { version }))).toEqual([404, 'NoSuchKey']);
    const head = await send(server, owner, { ...get, method: 'HEAD' }, { version });
    const told = Buffer.from(String(head.headers['x-oss-err']), 'base64').toString();
    expect([head.status, head.body.length, textOf(told, 'Code')]).toEqual([404, 0, 'NoSuchKey']);
  });
});

it('a request without a signature is refused, and so is a version that is not taken', async () => {
  const tamper = ({ headers, ...rest }: SignedRequest): SignedRequest => ({
    ...rest,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization')),
  });
  expect(codeOf(await send(server, owner, put, { tamper }))).toEqual([403, 'AccessDenied']);
  const strict = await startOssServer({ accounts: [owner], buckets: ['shelf'], versions: ['v4'] });
  try {
    expect(codeOf(await send(strict, owner, put))).toEqual([400, 'InvalidArgument']);
    expect(await send(strict, owner, put, { version: 'v4' })).toMatchObject({ status: 200 });
  } finally {
    await strict.close();
  }
});
