import { randomUUID } from 'node:crypto';
import type { Logger } from '@aiflow/core';
import { messageOf, pause } from '@aiflow/core';
import type { PutOptions } from '@aiflow/snapshot';
import type { CompletedPart } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { nameOf, notS3 } from './fault.ts';
import { lookAt } from './look.ts';

/** An object of more bytes than this is sent in parts, and each of them but the last has it. A pack never has more. */
export const partSize: number = 8 * 1024 * 1024;

/** Who gives up an upload does not wait longer for a server that may be gone, in milliseconds. */
const patience = 10_000;

interface Upload {
  readonly key: string;
  readonly id: string;
  /** In the object's metadata: tells our object from one that was put by another. */
  readonly token: string;
}

/** Puts an object in parts that are sent at the same time. Nothing is seen or left when it fails. */
export async function putInParts(
  bucket: Bucket,
  key: string,
  bytes: Uint8Array,
  { signal }: PutOptions,
  logger: Logger,
): Promise<void> {
  const upload = await begin(bucket, key, signal);
  try {
    const parts = await sendParts(bucket, upload, bytes, signal);
    await complete(bucket, upload, parts, signal);
  } catch (error) {
    await giveUp(bucket, upload, logger);
    throw error;
  }
}

async function begin(bucket: Bucket, key: string, signal: AbortSignal | undefined): Promise<Upload> {
  const Key = bucket.keyOf(key);
  const token = randomUUID();
  return await bucket.requests.run({ action: 'write', key: Key, signal }, async (attempt) => {
    const { sdk, client } = attempt;
    const input = { Bucket: bucket.name, Key, Metadata: { token }, ...bucket.checksum };
    const { UploadId: id } = await client.send(new sdk.CreateMultipartUploadCommand(input), {
      abortSignal: attempt.signal,
    });
    if (id === undefined) throw notS3('UploadId');
    return { key, id, token };
  });
}

/** The first part that fails ends the others; only when all have ended can the upload be given up for good. */
async function sendParts(
  bucket: Bucket,
  upload: Upload,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<readonly CompletedPart[]> {
  const failed = new AbortController();
  const ended = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const numbers = Array.from({ length: Math.ceil(bytes.length / partSize) }, (_, index) => index + 1);
  const sending = numbers.map(async (number) => {
    try {
      const part = bytes.subarray((number - 1) * partSize, number * partSize);
      return await sendPart(bucket, upload, number, part, ended);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(sending);
  signal?.throwIfAborted();
  failed.signal.throwIfAborted();
  return await Promise.all(sending);
}

async function sendPart(
  bucket: Bucket,
  { key, id }: Upload,
  number: number,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<CompletedPart> {
  const Key = bucket.keyOf(key);
  const request = { action: 'write', key: Key, size: bytes.length, signal } as const;
  return await bucket.requests.run(request, async (attempt) => {
    const { sdk, client } = attempt;
    const input = { Bucket: bucket.name, Key, UploadId: id, PartNumber: number, Body: bytes };
    const sent = await client.send(new sdk.UploadPartCommand({ ...input, ...bucket.checksum }), {
      abortSignal: attempt.signal,
    });
    const { ETag, ChecksumCRC32, ChecksumSHA256 } = sent;
    if (ETag === undefined) throw notS3('ETag');
    return {
      PartNumber: number,
      ETag,
      ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }),
      ...(ChecksumSHA256 !== undefined && { ChecksumSHA256 }),
    };
  });
}

/** When the answer to an attempt was lost, the next one finds no such upload any more, and the object in its place. */
async function complete(
  bucket: Bucket,
  { key, id, token }: Upload,
  parts: readonly CompletedPart[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const Key = bucket.keyOf(key);
  await bucket.requests.run({ action: 'write', key: Key, signal }, async (attempt) => {
    const { sdk, client } = attempt;
    const input = { Bucket: bucket.name, Key, UploadId: id, MultipartUpload: { Parts: [...parts] } };
    try {
      const command = new sdk.CompleteMultipartUploadCommand(input);
      const { ETag } = await client.send(command, { abortSignal: attempt.signal });
      if (ETag === undefined) throw notS3('ETag');
    } catch (error) {
      const wasMade = attempt.number > 1 && nameOf(error) === 'NoSuchUpload';
      if (wasMade && (await lookAt(bucket, key, { signal: attempt.signal }))?.token === token) return;
      throw error;
    }
  });
}

/**
 * Also when the caller no longer waits: else the parts would be kept, and paid for, until somebody finds them. A part
 * that the server was still taking when it was told may be kept all the same
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html), so it is looked for.
 */
async function giveUp(bucket: Bucket, upload: Upload, logger: Logger): Promise<void> {
  const Key = bucket.keyOf(upload.key);
  try {
    const signal = AbortSignal.timeout(patience);
    for (let delay = 50; ; delay *= 2) {
      await abort(bucket, upload, signal);
      if (!(await isLeft(bucket, upload, signal))) return;
      await pause(delay, signal);
    }
  } catch (error) {
    logger.warn(
      `parts of "${Key}" are left in the bucket "${bucket.name}": ${messageOf(error)}; ` +
        'let a lifecycle rule of the bucket remove uploads that were never completed',
      { bucket: bucket.name, key: Key, uploadId: upload.id },
    );
  }
}

async function abort(bucket: Bucket, { key, id }: Upload, signal: AbortSignal): Promise<void> {
  const Key = bucket.keyOf(key);
  await bucket.requests.run({ action: 'delete', key: Key, signal }, async (attempt) => {
    const { sdk, client } = attempt;
    const input = { Bucket: bucket.name, Key, UploadId: id };
    try {
      await client.send(new sdk.AbortMultipartUploadCommand(input), { abortSignal: attempt.signal });
    } catch (error) {
      if (nameOf(error) !== 'NoSuchUpload') throw error;
    }
  });
}

/** Whether the server still knows an upload that it was told to forget; not when it does not say. */
async function isLeft(bucket: Bucket, { key, id }: Upload, signal: AbortSignal): Promise<boolean> {
  const Key = bucket.keyOf(key);
  return await bucket.requests.run({ action: 'look at', key: Key, signal }, async (attempt) => {
    const { sdk, client } = attempt;
    const command = new sdk.ListPartsCommand({ Bucket: bucket.name, Key, UploadId: id });
    try {
      const { UploadId } = await client.send(command, { abortSignal: attempt.signal });
      return UploadId === id;
    } catch {
      return false;
    }
  });
}
