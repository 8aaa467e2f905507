import { describe, expect, it } from 'vitest';
import { crc64 } from '../src/crc64.ts';
import { signV1, stringToSignV1 } from '../src/signature-v1.ts';
import type { ScopeV4 } from '../src/signature-v4.ts';
import { signV4 } from '../src/signature-v4.ts';
import type { SignedRequest } from '../src/signed-request.ts';

// The requests and signatures are those of the tests of Alibaba's own client for Go (alibabacloud-oss-go-sdk-v2,
// oss/signer/signer_test.go), with the keys "ak" and "sk".

const dated = { 'x-oss-date': 'Wed, 28 Dec 2022 10:27:41 GMT' };
const described = {
  ...dated,
  'content-md5': 'eB5eJF1ptWaXm4bijSPyxw==',
  'content-type': 'text/html',
  'x-oss-meta-author': 'alice',
  'x-oss-meta-magic': 'abracadabra',
};
const nelson = { method: 'PUT', bucket: 'examplebucket', key: 'nelson', headers: described };
const ofBucket = { method: 'GET', bucket: 'examplebucket', key: '', headers: dated };

describe('version 1 of the signature', () => {
  it.each<[string, SignedRequest, string]>([
    ['of an object', { ...nelson, query: [] }, 'kSHKmLxlyEAKtZPkJhG9bZb5k7M='],
    ['of a subresource', { ...nelson, query: [['acl', '']] }, '/afkugFbmWDQ967j1vr6zygBLQk='],
    [
      'of a bucket, without the parameters that are not signed',
      {
        ...ofBucket,
        query: [
          ['resourceGroup', ''],
          ['non-resousce', 'null'],
        ],
      },
      'vkQmfuUDyi1uDi3bKt67oemssIs=',
    ],
    [
      'of two subresources, in their order',
      {
        ...ofBucket,
        query: [
          ['resourceGroup', ''],
          ['acl', ''],
        ],
      },
      'x3E5TgOvl/i7PN618s5mEvpJDYk=',
    ],
  ])('is that of the official client: %s', (_what, request, signature) => {
    expect(signV1(request, 'sk')).toBe(signature);
  });

  it('signs the text that the official client signs', () => {
    expect(stringToSignV1({ ...nelson, query: [] })).toBe(
      'PUT\neB5eJF1ptWaXm4bijSPyxw==\ntext/html\nWed, 28 Dec 2022 10:27:41 GMT\n' +
        'x-oss-date:Wed, 28 Dec 2022 10:27:41 GMT\nx-oss-meta-author:alice\nx-oss-meta-magic:abracadabra\n' +
        '/examplebucket/nelson',
    );
  });
});

describe('version 4 of the signature', () => {
  const request = (date: string, more: Record<string, string> = {}): SignedRequest => ({
    method: 'PUT',
    bucket: 'bucket',
    key: '1234+-/123/1.txt',
    query: [
      ['param1', 'value1'],
      ['+param1', 'value3'],
      ['|param1', 'value4'],
      ['+param2', ''],
      ['|param2', ''],
      ['param2', ''],
    ],
    headers: {
      'x-oss-head1': 'value',
      abc: 'value',
      zabc: 'value',
      xyz: 'value',
      'content-type': 'text/plain',
      'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-oss-date': date,
      ...more,
    },
  });
  const scope = (date: string, additionalHeaders: readonly string[] = []): ScopeV4 => ({
    date,
    region: 'cn-hangzhou',
    product: 'oss',
    additionalHeaders,
  });

  it.each<[string, SignedRequest, ScopeV4, string]>([
    [
      'of an object',
      request('20231216T162057Z'),
      scope('20231216'),
      'e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe',
    ],
    [
      'with a security token',
      request('20231217T034736Z', { 'x-oss-security-token': 'token' }),
      scope('20231217'),
      'b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea',
    ],
    [
      'with headers that are signed beside the usual ones',
      request('20231216T172512Z'),
      scope('20231216', ['abc', 'zabc']),
      '4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f',
    ],
    [
      'in the cloud box',
      request('20231216T162057Z'),
      { ...scope('20231216'), region: 'cb-123', product: 'oss-cloudbox' },
      '94ce1f12c17d148ea681030275a94449d3357f5b5b21133996eec80af3e08a43',
    ],
  ])('is that of the official client: %s', (_what, signed, of, signature) => {
    expect(signV4(signed, of, 'sk')).toBe(signature);
  });
});

it('counts the CRC-64 as its catalogue does', () => {
  expect(BigInt(crc64(Buffer.from('123456789')))).toBe(0x995dc9bbdf1939fan); // CRC-64/XZ in the CRC RevEng catalogue
  expect(crc64(Buffer.alloc(0))).toBe('0');
});
