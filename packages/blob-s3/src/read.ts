import { Readable } from 'node:stream';
import { AIFlowError } from '@aiflow/core';
import { largestObject, readBody } from '@aiflow/snapshot';
import type { ByteRange, GetOptions } from '@aiflow/snapshot';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { isAbsent, nameOf, statusOf } from './fault.ts';
import type { Attempt } from './requests.ts';

/** The bytes of an object, or of a part of it; null when there is none. They are all there or the call fails. */
export async function readObject(
  bucket: Bucket,
  key: string,
  { signal, into, verifiedByCaller = false }: GetOptions,
  range?: ByteRange,
): Promise<Uint8Array | null> {
  const Key = bucket.keyOf(key);
  return await bucket.requests.run({ action: 'read', key: Key, signal }, async (attempt) => {
    const { sdk, client } = attempt;
    const Range = range && `bytes=${range.start}-${range.end - 1}`;
    const command = new sdk.GetObjectCommand({
      Bucket: bucket.name,
      Key,
      ...(Range && { Range }),
      ...(bucket.requests.checksums && !verifiedByCaller && { ChecksumMode: 'ENABLED' }),
    });
    let output: GetObjectCommandOutput;
    try {
      output = await client.send(command, { abortSignal: attempt.signal });
    } catch (error) {
      if (isAbsent(error)) return null;
      if (range !== undefined && (statusOf(error) === 416 || nameOf(error) === 'InvalidRange')) {
        return new Uint8Array(0); // it begins behind the end
      }
      throw error;
    }
    const bytes = await bodyOf(output, attempt, bucket.name, Key, into);
    // A server that does not know ranges gives all of it.
    const isWhole = output.ContentRange === undefined;
    return range !== undefined && isWhole ? bytes.subarray(range.start, range.end) : bytes;
  });
}

async function bodyOf(
  { Body: body, ContentLength: length }: GetObjectCommandOutput,
  { deadline, signal }: Attempt,
  bucket: string,
  key: string,
  into: Uint8Array | undefined,
): Promise<Uint8Array> {
  if (!(body instanceof Readable)) throw named('Truncated', 'the answer has no body');
  // Before it is read: an object that was not put by us may be of any size.
  if (length !== undefined && length > largestObject) {
    body.destroy();
    throw new AIFlowError(
      'blob.corrupt',
      `the object "${key}" in the bucket "${bucket}" has ${length} bytes, and no object of a snapshot has more than ${largestObject}: it was replaced by something else`,
      { context: { bucket, key, size: length } },
    );
  }
  const stop = (): void => void body.destroy(named('AbortError', 'no longer waited for'));
  signal.addEventListener('abort', stop, { once: true });
  deadline.expect(length ?? largestObject);
  try {
    const onBytes = (): void => deadline.heard();
    const bytes = await readBody(body, { length: length ?? null, most: largestObject, into, onBytes });
    if (length !== undefined && bytes.length !== length) {
      throw named('Truncated', `${bytes.length} bytes came, and ${length} were announced`);
    }
    return bytes;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
