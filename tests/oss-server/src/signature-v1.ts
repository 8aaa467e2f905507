import { createHmac } from 'node:crypto';
import type { SignedRequest } from './signed-request.ts';
import { byText } from './signed-request.ts';

/**
 * The query parameters that version 1 signs, of those that this server understands or that choose another operation:
 * https://www.alibabacloud.com/help/en/oss/developer-reference/include-signatures-in-the-authorization-header
 */
const signedParameters = new Set([
  'acl',
  'append',
  'bucketInfo',
  'callback',
  'continuation-token',
  'cors',
  'delete',
  'lifecycle',
  'location',
  'logging',
  'objectMeta',
  'partNumber',
  'policy',
  'position',
  'referer',
  'resourceGroup',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'security-token',
  'sequential',
  'stat',
  'symlink',
  'tagging',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
  'x-oss-process',
]);

/** Signature version 1 in the Authorization header: the text that is signed. */
export function stringToSignV1(request: SignedRequest): string {
  const { method, bucket, key, headers } = request;
  const ossHeaders = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-oss-'))
    .sort(([one], [other]) => byText(one, other))
    .map(([name, value]) => `${name}:${value.trim()}\n`);
  const parameters = request.query
    .filter(([name]) => signedParameters.has(name))
    .toSorted(([one], [other]) => byText(one, other))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const resource = bucket === null ? '/' : `/${bucket}/${key}`;
  return [
    method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    headers['x-oss-date'] ?? headers['date'] ?? '',
    `${ossHeaders.join('')}${resource}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`,
  ].join('\n');
}

/** The signature of a request: base64. */
export function signV1(request: SignedRequest, secret: string): string {
  return createHmac('sha1', secret).update(stringToSignV1(request)).digest('base64');
}
