import { createHash, randomUUID } from 'node:crypto';
import { answer, xmlAnswer } from '../answer.ts';
import type { Bucket, Upload } from '../bucket.ts';
import { etagOf, makeObject } from '../bucket.ts';
import { OssFault } from '../fault.ts';
import type { OssRequest } from '../oss-request.ts';
import { contentsOf, element, textOf, xmlDocument } from '../xml.ts';
import { refuseOverwrite } from './objects.ts';
import type { Operation } from './operation.ts';

/** Every part but the last has at least so many bytes. */
const smallestPart = 100 * 1024;

export const initiateUpload: Operation = ({ request, bucket, bucketName }) => {
  const { key, headers } = request;
  refuseOverwrite(bucket, key, headers);
  const uploadId = randomUUID().replaceAll('-', '').toUpperCase();
  bucket.uploads.set(uploadId, { key, headers, parts: new Map() });
  const members = [element('Bucket', bucketName), element('Key', key), element('UploadId', uploadId)];
  return xmlAnswer(xmlDocument('InitiateMultipartUploadResult', members));
};

export const uploadPart: Operation = ({ request, bucket }) => {
  const upload = uploadOf(bucket, request);
  const number = Number(request.parameters.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new OssFault(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000.');
  }
  const etag = etagOf(request.body);
  upload.parts.set(number, { bytes: request.body, etag });
  return answer(200, { etag });
};

export const completeUpload: Operation = ({ request, bucket, bucketName, now }) => {
  const upload = uploadOf(bucket, request);
  const asked = contentsOf(request.body.toString(), 'Part').map((part) => ({
    number: Number(textOf(part, 'PartNumber')),
    etag: textOf(part, 'ETag') ?? '',
  }));
  const parts = asked.map(({ number, etag }) => {
    const part = upload.parts.get(number);
    if (part !== undefined && bare(part.etag) === bare(etag)) return part;
    throw new OssFault(400, 'InvalidPart', 'One or more of the specified parts could not be found.');
  });
  const isOrdered = asked.every(
    ({ number }, index) => index === 0 || number > (asked[index - 1]?.number ?? 0),
  );
  if (!isOrdered || parts.length === 0) {
    throw new OssFault(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  if (parts.slice(0, -1).some(({ bytes }) => bytes.length < smallestPart)) {
    throw new OssFault(
      400,
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size.',
    );
  }
  refuseOverwrite(bucket, upload.key, request.headers);
  refuseOverwrite(bucket, upload.key, upload.headers);
  const digest = createHash('md5');
  for (const { etag } of parts) digest.update(Buffer.from(bare(etag), 'hex'));
  const etag = `"${digest.digest('hex').toUpperCase()}-${parts.length}"`;
  const object = makeObject(Buffer.concat(parts.map(({ bytes }) => bytes)), upload.headers, now, etag);
  bucket.objects.set(upload.key, object);
  bucket.uploads.delete(request.parameters.get('uploadId') ?? '');
  const members = [element('Bucket', bucketName), element('Key', upload.key), element('ETag', etag)];
  return xmlAnswer(xmlDocument('CompleteMultipartUploadResult', members), {
    etag,
    'x-oss-hash-crc64ecma': object.crc64,
  });
};

export const abortUpload: Operation = ({ request, bucket }) => {
  uploadOf(bucket, request);
  bucket.uploads.delete(request.parameters.get('uploadId') ?? '');
  return answer(204);
};

function uploadOf(bucket: Bucket, { parameters, key }: OssRequest): Upload {
  const upload = bucket.uploads.get(parameters.get('uploadId') ?? '');
  if (upload !== undefined && upload.key === key) return upload;
  throw new OssFault(404, 'NoSuchUpload', 'The specified upload does not exist.');
}

function bare(etag: string): string {
  return etag.replaceAll('"', '').toUpperCase();
}
