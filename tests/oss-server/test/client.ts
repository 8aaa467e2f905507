import { createHash } from 'node:crypto';
import { request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Account } from '../src/account.ts';
import type { OssServer } from '../src/server.ts';
import { signV1 } from '../src/signature-v1.ts';
import { percentEncode, signV4 } from '../src/signature-v4.ts';
import type { SignedRequest } from '../src/signed-request.ts';

export interface Asked {
  readonly method: string;
  readonly bucket: string;
  readonly key?: string;
  readonly query?: readonly (readonly [string, string])[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Said {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends a request with a signature; `tamper` changes it when it is signed already. */
export async function send(
  server: OssServer,
  account: Account,
  asked: Asked,
  options: { version?: 'v1' | 'v4'; now?: number; tamper?: (signed: SignedRequest) => SignedRequest } = {},
): Promise<Said> {
  const { version = 'v1', now = Date.now(), tamper = (signed) => signed } = options;
  const body = Buffer.from(asked.body ?? '');
  const date = new Date(now);
  const compact = date.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const unsigned: SignedRequest = {
    method: asked.method,
    bucket: asked.bucket,
    key: asked.key ?? '',
    query: asked.query ?? [],
    headers: {
      'x-oss-date': version === 'v1' ? date.toUTCString() : compact,
      ...(body.length > 0 && { 'content-md5': createHash('md5').update(body).digest('base64') }),
      ...(account.securityToken !== undefined && { 'x-oss-security-token': account.securityToken }),
      ...asked.headers,
    },
  };
  const scope = { date: compact.slice(0, 8), region: server.region, product: 'oss', additionalHeaders: [] };
  const { accessKeyId: id, accessKeySecret: secret } = account;
  const authorization =
    version === 'v1'
      ? `OSS ${id}:${signV1(unsigned, secret)}`
      : `OSS4-HMAC-SHA256 Credential=${id}/${scope.date}/${scope.region}/oss/aliyun_v4_request,` +
        `Signature=${signV4(unsigned, scope, secret)}`;
  const signed = tamper({ ...unsigned, headers: { ...unsigned.headers, authorization } });
  const query = signed.query
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&');
  const path = `/${signed.bucket ?? ''}/${signed.key.split('/').map(percentEncode).join('/')}?${query}`;
  const sending = request(`${server.endpoint}${path}`, { method: signed.method, headers: signed.headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sending.on('error', reject).on('response', resolve);
  });
  sending.end(body);
  const response = await answered;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}
