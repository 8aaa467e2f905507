import { answer, xmlAnswer } from '../answer.ts';
import type { StoredObject } from '../bucket.ts';
import { OssFault } from '../fault.ts';
import { percentEncode } from '../signature-v4.ts';
import { contentsOf, element, group, textOf, xmlDocument } from '../xml.ts';
import type { Operation } from './operation.ts';

const mostInOneCall = 1000;

export const getBucketInfo: Operation = ({ bucketName, region, now }) => {
  const members = [
    element('Name', bucketName),
    element('Location', `oss-${region}`),
    element('CreationDate', new Date(now).toISOString()),
    element('ExtranetEndpoint', `oss-${region}.aliyuncs.com`),
    element('IntranetEndpoint', `oss-${region}-internal.aliyuncs.com`),
    element('StorageClass', 'Standard'),
    group('Owner', [element('ID', '1'), element('DisplayName', '1')]),
    group('AccessControlList', [element('Grant', 'private')]),
  ];
  return xmlAnswer(xmlDocument('BucketInfo', [group('Bucket', members)]));
};

export const deleteMany: Operation = ({ request, bucket }) => {
  if (request.headers['content-md5'] === undefined) {
    throw new OssFault(400, 'MissingArgument', 'Missing Some Required Arguments: Content-MD5.');
  }
  const body = request.body.toString();
  const keys = contentsOf(body, 'Object').map((object) => textOf(object, 'Key') ?? '');
  if (keys.length === 0 || keys.length > mostInOneCall) {
    throw new OssFault(400, 'MalformedXML', 'The XML you provided was not well-formed.');
  }
  for (const key of keys) bucket.objects.delete(key);
  const deleted = keys.map((key) => group('Deleted', [element('Key', key)]));
  return textOf(body, 'Quiet') === 'true' ? answer(200) : xmlAnswer(xmlDocument('DeleteResult', deleted));
};

/** ListObjectsV2. A continuation token is the last key or prefix of the page before. */
export const listObjects: Operation = ({ request, bucket, bucketName }) => {
  const { parameters } = request;
  const prefix = parameters.get('prefix') ?? '';
  const delimiter = parameters.get('delimiter') ?? '';
  const limit = Number(parameters.get('max-keys') ?? '100');
  if (!Number.isInteger(limit) || limit < 1 || limit > mostInOneCall) {
    throw new OssFault(400, 'InvalidArgument', 'Argument max-keys must be an integer between 1 and 1000.');
  }
  const token = parameters.get('continuation-token');
  const after =
    token === undefined ? (parameters.get('start-after') ?? '') : Buffer.from(token, 'base64').toString();
  const rows = new Map<string, StoredObject | null>();
  for (const [key, object] of [...bucket.objects].sort(([one], [other]) => byBytes(one, other))) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = cut === -1 ? key : key.slice(0, cut + delimiter.length);
    if (after === '' || byBytes(name, after) > 0) rows.set(name, cut === -1 ? object : null);
  }
  const page = [...rows].slice(0, limit);
  const isTruncated = rows.size > limit;
  const isUrl = parameters.get('encoding-type') === 'url';
  const encoded = (text: string): string => (isUrl ? percentEncode(text) : text);
  const contents = page.map(([name, object]) =>
    object === null
      ? group('CommonPrefixes', [element('Prefix', encoded(name))])
      : group('Contents', [
          element('Key', encoded(name)),
          element('LastModified', new Date(object.modifiedTime).toISOString()),
          element('ETag', object.etag),
          element('Type', 'Normal'),
          element('Size', object.bytes.length),
          element('StorageClass', 'Standard'),
        ]),
  );
  const last = page.at(-1)?.[0] ?? '';
  const members = [
    element('Name', bucketName),
    element('Prefix', encoded(prefix)),
    element('MaxKeys', limit),
    element('Delimiter', encoded(delimiter)),
    ...(isUrl ? [element('EncodingType', 'url')] : []),
    element('IsTruncated', isTruncated),
    ...(token === undefined ? [] : [element('ContinuationToken', token)]),
    ...(isTruncated ? [element('NextContinuationToken', Buffer.from(last).toString('base64'))] : []),
    element('KeyCount', page.length),
    ...contents,
  ];
  return xmlAnswer(xmlDocument('ListBucketResult', members));
};

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
