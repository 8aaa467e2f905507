import { createHash } from 'node:crypto';
import { messageOf } from '@aiflow/core';
import type { Calls, Doing, Outcome } from './calls.ts';

/** Objects above this size in bytes are sent in parts, side by side. */
export const largestPut: number = 8 * 1024 * 1024;
const partSize = 4 * 1024 * 1024;
const atOnce = 4;
/** In milliseconds: so much longer than its caller wants it a call may take. */
const longestAbort = 3000;

const mime = 'application/octet-stream';

export interface MultipartPut {
  /** The whole name in the bucket. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the object that is there now came of this upload: asked when an answer was lost. */
  readonly isOurs: () => Promise<boolean>;
  readonly warn: (message: string) => void;
}

/**
 * Sends an object in parts, of which nothing is seen before the last call. What fails is aborted, so that OSS keeps no
 * parts of it. Throws as the calls do; gives what came of the call that decides.
 */
export async function putInParts(
  calls: Calls,
  doing: Doing,
  put: MultipartPut,
  signal: AbortSignal | undefined,
): Promise<Outcome<unknown>> {
  const { name, headers } = put;
  const begun = await calls.run(
    doing,
    signal,
    async (client) => await client.initMultipartUpload(name, { mime, headers: { ...headers } }),
  );
  if (begun.failure !== null) return begun;
  const { uploadId } = begun.value;
  try {
    const parts = await sendParts(calls, doing, put, uploadId, signal);
    const done = await calls.run(
      doing,
      signal,
      async (client) =>
        await client.completeMultipartUpload(name, uploadId, parts, { headers: { ...headers } }),
    );
    if (done.failure === null) return done;
    // The answer to an earlier try was lost: by then OSS had made the object, and knew the upload no more.
    const isLost = done.tries > 1 && ['no_upload', 'taken'].includes(done.failure.kind);
    if (isLost && (await put.isOurs())) return { value: null, failure: null, tries: done.tries };
    await abort(calls, doing, put, uploadId);
    return done;
  } catch (error) {
    await abort(calls, doing, put, uploadId);
    throw error;
  }
}

async function sendParts(
  calls: Calls,
  doing: Doing,
  { name, bytes }: MultipartPut,
  uploadId: string,
  signal: AbortSignal | undefined,
): Promise<{ number: number; etag: string }[]> {
  const failed = new AbortController();
  const ends = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const starts = Array.from({ length: Math.ceil(bytes.length / partSize) }, (_, index) => index * partSize);
  const parts: { number: number; etag: string }[] = [];
  const rest = starts.values();
  const send = async (): Promise<void> => {
    for (const start of rest) {
      const end = Math.min(start + partSize, bytes.length);
      const digest = createHash('md5').update(bytes.subarray(start, end)).digest('base64');
      const number = start / partSize + 1;
      const { etag } = await calls.must(doing, ends, async (client) => {
        const options = { mime, headers: { 'Content-MD5': digest } };
        return await client.uploadPart(name, uploadId, number, bytes, start, end, options);
      });
      parts.push({ number, etag });
    }
  };
  const sending = Array.from({ length: atOnce }, async () => {
    try {
      await send();
    } catch (error) {
      failed.abort(error); // the others end with the same reason
      throw error;
    }
  });
  const ended = await Promise.allSettled(sending);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return parts;
}

/** Not by the caller's signal, which may be why there is something to abort; so it has a short time of its own. */
async function abort(
  calls: Calls,
  doing: Doing,
  { name, warn }: MultipartPut,
  uploadId: string,
): Promise<void> {
  try {
    const gone = await calls.run(
      doing,
      AbortSignal.timeout(longestAbort),
      async (client) => await client.abortMultipartUpload(name, uploadId),
    );
    if (gone.failure !== null && gone.failure.kind !== 'no_upload') throw gone.error;
  } catch (error) {
    warn(
      `parts of an upload that failed stay in OSS until a lifecycle rule removes them: ${messageOf(error)}`,
    );
  }
}
