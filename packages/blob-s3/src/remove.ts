import type { StoreOptions } from '@aiflow/snapshot';
import type { Bucket } from './bucket.ts';
import { faultOf, isAbsent, statusOf } from './fault.ts';

/** More than this no server takes in one call. */
const batchSize = 1000;
/** So many single deletions are on the way at once. */
const atOnce = 16;

export async function removeObject(bucket: Bucket, key: string, { signal }: StoreOptions): Promise<void> {
  const Key = bucket.keyOf(key);
  await bucket.requests.run({ action: 'delete', key: Key, signal }, async (attempt) => {
    const { sdk, client } = attempt;
    try {
      const command = new sdk.DeleteObjectCommand({ Bucket: bucket.name, Key });
      await client.send(command, { abortSignal: attempt.signal });
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  });
}

/** By a call for a thousand objects, or one for each where the server cannot do that. */
export async function removeObjects(
  bucket: Bucket,
  keys: readonly string[],
  options: StoreOptions,
): Promise<void> {
  options.signal?.throwIfAborted();
  for (let from = 0; from < keys.length; from += batchSize) {
    const batch = keys.slice(from, from + batchSize);
    if (await removeBatch(bucket, batch, options)) continue;
    await removeEach(bucket, keys.slice(from), options);
    return;
  }
}

/** False when the server cannot do it. */
async function removeBatch(
  bucket: Bucket,
  keys: readonly string[],
  { signal }: StoreOptions,
): Promise<boolean> {
  const first = bucket.keyOf(keys[0] ?? '');
  return await bucket.requests.run({ action: 'delete', key: first, signal }, async (attempt) => {
    const { sdk, client } = attempt;
    const Delete = { Objects: keys.map((key) => ({ Key: bucket.keyOf(key) })), Quiet: true };
    const command = new sdk.DeleteObjectsCommand({ Bucket: bucket.name, Delete, ...bucket.checksum });
    try {
      const { Errors = [] } = await client.send(command, { abortSignal: attempt.signal });
      const [error] = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
      if (error === undefined) return true;
      throw failed(error.Code, `${error.Key ?? ''}: ${error.Message ?? ''}`);
    } catch (error) {
      if (isUnknownCall(error)) return false;
      throw error;
    }
  });
}

/** A server that has no such call, or wants another checksum with it than the SDK can make. */
function isUnknownCall(error: unknown): boolean {
  const { name } = faultOf(error, false);
  return (
    [405, 501].includes(statusOf(error) ?? 0) ||
    ['MissingContentMD5', 'NotImplemented', 'MethodNotAllowed'].includes(name)
  );
}

async function removeEach(bucket: Bucket, keys: readonly string[], options: StoreOptions): Promise<void> {
  const rest = keys.values();
  const work = async (): Promise<void> => {
    for (const key of rest) await removeObject(bucket, key, options);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** One object of a batch that could not be removed, as if it had been asked for alone. */
function failed(name: string | undefined, message: string): Error {
  const status = name === 'AccessDenied' ? 403 : name === 'InternalError' || name === 'SlowDown' ? 503 : 400;
  return Object.assign(new Error(message), { name: name ?? 'Error', $metadata: { httpStatusCode: status } });
}
