import { createHash, createHmac } from 'node:crypto';
import type { SignedRequest } from './signed-request.ts';
import { byText } from './signed-request.ts';

/** What the Authorization header of version 4 says beside the signature. */
export interface ScopeV4 {
  readonly date: string;
  readonly region: string;
  readonly product: string;
  /** Headers that are signed beside the usual ones, in lower case and sorted. */
  readonly additionalHeaders: readonly string[];
}

/** Everything but the unreserved characters of RFC 3986 as `%XX` of its UTF-8. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The canonical request of version 4. */
function canonicalRequestV4(request: SignedRequest, { additionalHeaders }: ScopeV4): string {
  const { method, bucket, key, headers } = request;
  const path = bucket === null ? '/' : `/${bucket}/${key}`;
  const query = request.query
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .toSorted(([one], [other]) => byText(one, other))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const signed = Object.keys(headers)
    .filter(
      (name) =>
        name.startsWith('x-oss-') ||
        ['content-type', 'content-md5'].includes(name) ||
        additionalHeaders.includes(name),
    )
    .toSorted(byText)
    .map((name) => `${name}:${(headers[name] ?? '').trim()}\n`);
  return [
    method,
    path.split('/').map(percentEncode).join('/'),
    query.join('&'),
    signed.join(''),
    additionalHeaders.join(';'),
    headers['x-oss-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
}

/** Signature version 4 in the Authorization header: the text that is signed. */
export function stringToSignV4(request: SignedRequest, scope: ScopeV4): string {
  const canonical = createHash('sha256').update(canonicalRequestV4(request, scope)).digest('hex');
  const { date, region, product } = scope;
  return [
    'OSS4-HMAC-SHA256',
    request.headers['x-oss-date'] ?? '',
    `${date}/${region}/${product}/aliyun_v4_request`,
    canonical,
  ].join('\n');
}

/** The signature of a request: hexadecimal. */
export function signV4(request: SignedRequest, scope: ScopeV4, secret: string): string {
  const chain = [scope.date, scope.region, scope.product, 'aliyun_v4_request'];
  const key = chain.reduce<string | Buffer>(
    (before, part) => createHmac('sha256', before).update(part).digest(),
    `aliyun_v4${secret}`,
  );
  return createHmac('sha256', key).update(stringToSignV4(request, scope)).digest('hex');
}
