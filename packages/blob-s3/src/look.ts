import type { ObjectInfo, StoreOptions } from '@aiflow/snapshot';
import { checkKey } from '@aiflow/snapshot';
import type { Bucket } from './bucket.ts';
import { isAbsent, notS3, statusOf } from './fault.ts';

/** An object's facts, its metadata with them; null when there is none. */
export async function lookAt(
  bucket: Bucket,
  key: string,
  { signal }: StoreOptions,
): Promise<(ObjectInfo & { readonly token: string | null }) | null> {
  const Key = bucket.keyOf(key);
  return await bucket.requests.run({ action: 'look at', key: Key, signal }, async (attempt) => {
    const { sdk, client } = attempt;
    try {
      const command = new sdk.HeadObjectCommand({ Bucket: bucket.name, Key });
      const found = await client.send(command, { abortSignal: attempt.signal });
      return {
        ...facts(key, found.ContentLength, found.LastModified),
        token: found.Metadata?.['token'] ?? null,
      };
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  });
}

/** Throws `blob.no_bucket` when it is not there; that we may not look at it says nothing. */
export async function checkBucket(bucket: Bucket): Promise<void> {
  await bucket.requests.run({ action: 'look at', key: '' }, async (attempt) => {
    const { sdk, client } = attempt;
    try {
      const command = new sdk.HeadBucketCommand({ Bucket: bucket.name });
      await client.send(command, { abortSignal: attempt.signal });
    } catch (error) {
      if (statusOf(error) === 403) return;
      // An answer to HEAD has no words.
      if (statusOf(error) === 404) throw Object.assign(new Error(), error, { name: 'NoSuchBucket' });
      throw error;
    }
  });
}

/** Every object below a prefix that has a key of ours. */
export async function* listObjects(
  bucket: Bucket,
  prefix: string,
  { signal }: StoreOptions,
): AsyncGenerator<ObjectInfo, void, undefined> {
  const Prefix = bucket.keyOf(prefix);
  let from: string | undefined;
  do {
    const ContinuationToken = from;
    const page = await bucket.requests.run({ action: 'list', key: Prefix, signal }, async (attempt) => {
      const { sdk, client } = attempt;
      const input = { Bucket: bucket.name, Prefix, ...(ContinuationToken && { ContinuationToken }) };
      const found = await client.send(new sdk.ListObjectsV2Command(input), { abortSignal: attempt.signal });
      if (found.Name === undefined && found.KeyCount === undefined) throw notS3('ListBucketResult');
      return found;
    });
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      const key = bucket.ownKey(Key ?? '');
      if (isKey(key)) yield facts(key, Size, LastModified);
    }
    from = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (from !== undefined);
}

/** What others keep beside our objects is not ours. */
function isKey(key: string): boolean {
  try {
    return checkKey(key) === key;
  } catch {
    return false;
  }
}

/** Of an object that is looked at a server gives the second only, so no more is given of one that is listed. */
function facts(key: string, size: number | undefined, modified: Date | undefined): ObjectInfo {
  return { key, size: size ?? 0, modifiedTime: Math.floor((modified?.getTime() ?? 0) / 1000) * 1000 };
}
