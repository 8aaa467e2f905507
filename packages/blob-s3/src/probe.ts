import { randomUUID } from 'node:crypto';
import { AIFlowError } from '@aiflow/core';
import type { Bucket } from './bucket.ts';
import { removeObject } from './remove.ts';
import { putUnlessThere, putWhole } from './write.ts';

/**
 * Throws `blob.unsupported` when the server takes a conditional write for a plain one, as those do that do not know the
 * header: then what it is used for would be lost without a word.
 */
export async function checkConditionalWrites(bucket: Bucket): Promise<void> {
  const key = `.probe-${randomUUID()}`; // no key of the store begins so, and none is listed
  const byte = new Uint8Array(1);
  await putWhole(bucket, key, byte, {});
  try {
    if (!(await putUnlessThere(bucket, key, byte, {}))) return;
  } finally {
    await removeObject(bucket, key, {});
  }
  throw new AIFlowError(
    'blob.unsupported',
    `the server of the bucket "${bucket.name}" replaced an object although it was asked not to (If-None-Match): set conditional_writes to false`,
    { context: { bucket: bucket.name, location: bucket.location } },
  );
}
