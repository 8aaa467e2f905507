import { answer } from '../answer.ts';
import type { Bucket, StoredObject } from '../bucket.ts';
import { makeObject } from '../bucket.ts';
import { OssFault } from '../fault.ts';
import type { OssRequest } from '../oss-request.ts';
import type { Operation } from './operation.ts';

export const putObject: Operation = ({ request, bucket, now }) => {
  refuseOverwrite(bucket, request.key, request.headers);
  const object = makeObject(request.body, request.headers, now);
  bucket.objects.set(request.key, object);
  return answer(200, { etag: object.etag, 'x-oss-hash-crc64ecma': object.crc64 });
};

/** With a range: as `x-oss-range-behavior: standard` asks, and without it OSS gives the whole object for one that is not inside. */
export const getObject: Operation = ({ request, bucket }) => {
  const object = objectOf(bucket, request.key);
  const headers = headersOf(object);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers['range'] ?? '');
  if (range === null) return { status: 200, headers, body: object.bytes };
  const size = object.bytes.length;
  const [start, last] = [Number(range[1]), range[2] === '' ? size - 1 : Number(range[2])];
  if (start >= size || last >= size || start > last) {
    if (request.headers['x-oss-range-behavior'] !== 'standard')
      return { status: 200, headers, body: object.bytes };
    if (start >= size || start > last) {
      throw new OssFault(416, 'InvalidRange', 'The requested range cannot be satisfied.', {
        ActualObjectSize: String(size),
      });
    }
  }
  const end = Math.min(last + 1, size);
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end - 1}/${size}` },
    body: object.bytes.subarray(start, end),
  };
};

export const deleteObject: Operation = ({ request, bucket }) => {
  bucket.objects.delete(request.key);
  return answer(204);
};

function objectOf(bucket: Bucket, key: string): StoredObject {
  const object = bucket.objects.get(key);
  if (object !== undefined) return object;
  throw new OssFault(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key });
}

export function refuseOverwrite(bucket: Bucket, key: string, headers: OssRequest['headers']): void {
  if (headers['x-oss-forbid-overwrite'] !== 'true' || !bucket.objects.has(key)) return;
  throw new OssFault(
    409,
    'FileAlreadyExists',
    'The object you specified already exists and can not be overwritten.',
  );
}

function headersOf(object: StoredObject): Record<string, string> {
  return {
    ...object.meta,
    'content-type': object.contentType,
    'last-modified': new Date(object.modifiedTime).toUTCString(),
    etag: object.etag,
    'accept-ranges': 'bytes',
    'x-oss-object-type': 'Normal',
    'x-oss-hash-crc64ecma': object.crc64,
  };
}
