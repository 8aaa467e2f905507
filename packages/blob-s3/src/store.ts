import type { PluginHost } from '@aiflow/core';
import { abortable } from '@aiflow/core';
import type {
  ByteRange,
  GetOptions,
  HttpGet,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  StoreOptions,
} from '@aiflow/snapshot';
import { checkKey, checkPrefix } from '@aiflow/snapshot';
import { Bucket } from './bucket.ts';
import { checkBucket, listObjects, lookAt } from './look.ts';
import { partSize, putInParts } from './multipart.ts';
import { once } from './once.ts';
import type { S3BlobManagerOptions } from './options.ts';
import { checkConditionalWrites } from './probe.ts';
import { readObject } from './read.ts';
import { removeObject, removeObjects } from './remove.ts';
import { requestFor } from './request-for.ts';
import { S3Requests } from './requests.ts';
import { putUnlessThere, putWhole } from './write.ts';

/**
 * Objects in a bucket of S3 or of a server that speaks like it. A put is one request, or parts that become an object
 * together, so nobody ever sees half of one; S3 shows to every reader what was put, at once, and keeps it.
 */
export class S3ObjectStore implements ObjectStore {
  readonly location: string;
  /** Each request is signed with it. */
  readonly needsSha256 = true;
  /** Only where the server is known to honour it: see `conditional_writes`. */
  readonly putIfAbsent?: NonNullable<ObjectStore['putIfAbsent']>;
  readonly #bucket: Bucket;
  readonly #host: Pick<PluginHost, 'clock' | 'logger'>;
  /** In a bucket that is not there, no object is there either. */
  readonly #checkBucket: () => Promise<void>;

  constructor(options: S3BlobManagerOptions, host: Pick<PluginHost, 'clock' | 'logger'>) {
    this.#host = host;
    this.#bucket = new Bucket(options, new S3Requests(options, host));
    this.location = this.#bucket.location;
    this.#checkBucket = once(async () => await checkBucket(this.#bucket));
    const isAws = options.endpoint_url === undefined;
    if (!(options.conditional_writes ?? isAws)) return;
    const checkServer = once(async () => await checkConditionalWrites(this.#bucket));
    this.putIfAbsent = async (key, bytes, how = {}) => {
      checkKey(key);
      how.signal?.throwIfAborted();
      if (!isAws) await abortable(checkServer(), how.signal);
      return await putUnlessThere(this.#bucket, key, bytes, how);
    };
  }

  prepare(): void {
    this.#bucket.requests.prepare();
  }

  async put(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<void> {
    checkKey(key);
    if (bytes.length <= partSize) await putWhole(this.#bucket, key, bytes, options);
    else await putInParts(this.#bucket, key, bytes, options, this.#host.logger);
  }

  async get(key: string, options: GetOptions = {}): Promise<Uint8Array | null> {
    const bytes = await readObject(this.#bucket, checkKey(key), options);
    return bytes ?? (await this.#absent(options));
  }

  async getRange(key: string, range: ByteRange, options: StoreOptions = {}): Promise<Uint8Array | null> {
    const bytes = await readObject(this.#bucket, checkKey(key), options, range);
    return bytes ?? (await this.#absent(options));
  }

  async requestFor(key: string, { signal }: StoreOptions = {}): Promise<HttpGet> {
    return await requestFor(this.#bucket, checkKey(key), signal);
  }

  async head(key: string, options: StoreOptions = {}): Promise<ObjectInfo | null> {
    const found = await lookAt(this.#bucket, checkKey(key), options);
    if (found !== null) return { key, size: found.size, modifiedTime: found.modifiedTime };
    return await this.#absent(options);
  }

  async *list(prefix: string, options: StoreOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    yield* listObjects(this.#bucket, checkPrefix(prefix), options);
  }

  async delete(key: string, options: StoreOptions = {}): Promise<void> {
    await removeObject(this.#bucket, checkKey(key), options);
  }

  async deleteMany(keys: readonly string[], options: StoreOptions = {}): Promise<void> {
    await removeObjects(this.#bucket, keys.map(checkKey), options);
  }

  /** Nothing where an object was looked for says that there is none only in a bucket that is there. */
  async #absent({ signal }: StoreOptions): Promise<null> {
    await abortable(this.#checkBucket(), signal);
    return null;
  }
}
