import { randomUUID } from 'node:crypto';
import type { PutOptions } from '@aiflow/snapshot';
import type { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { notS3, statusOf } from './fault.ts';
import { lookAt } from './look.ts';

/** Puts an object by one request. */
export async function putWhole(
  bucket: Bucket,
  key: string,
  bytes: Uint8Array,
  { signal, sha256 }: PutOptions,
): Promise<void> {
  const Key = bucket.keyOf(key);
  await bucket.requests.run({ action: 'write', key: Key, size: bytes.length, signal }, async (attempt) => {
    const { sdk, client } = attempt;
    const command = new sdk.PutObjectCommand({ Bucket: bucket.name, Key, Body: bytes, ...bucket.checksum });
    if (sha256 !== undefined) signWith(command, sha256);
    const { ETag } = await client.send(command, { abortSignal: attempt.signal });
    if (ETag === undefined) throw notS3('ETag');
  });
}

/** The signature covers the SHA-256 of the body. The SDK would find it out on the main thread, where all else waits. */
function signWith(command: PutObjectCommand, sha256: string): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args as { readonly request: { readonly headers: Record<string, string> } };
      request.headers['x-amz-content-sha256'] = sha256;
      return await next(args);
    },
    { step: 'build', name: 'signWith' },
  );
}

/**
 * Puts an object unless there is one. When the answer to an attempt was lost, the next one finds the object that the
 * first has put: a token in its metadata tells that it is ours.
 */
export async function putUnlessThere(
  bucket: Bucket,
  key: string,
  bytes: Uint8Array,
  { signal }: PutOptions,
): Promise<boolean> {
  const Key = bucket.keyOf(key);
  const token = randomUUID();
  const request = { action: 'write', key: Key, size: bytes.length, signal } as const;
  const outcome = await bucket.requests.run(request, async (attempt) => {
    const { sdk, client } = attempt;
    const input = { Bucket: bucket.name, Key, Body: bytes, IfNoneMatch: '*', Metadata: { token } };
    try {
      const command = new sdk.PutObjectCommand({ ...input, ...bucket.checksum });
      const { ETag } = await client.send(command, { abortSignal: attempt.signal });
      if (ETag === undefined) throw notS3('ETag');
      return 'stored';
    } catch (error) {
      if (statusOf(error) !== 412) throw error;
      return attempt.number === 1 ? 'taken' : 'taken, perhaps by us';
    }
  });
  if (outcome !== 'taken, perhaps by us') return outcome === 'stored';
  return (await lookAt(bucket, key, { signal }))?.token === token;
}
