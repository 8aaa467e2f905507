import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { PluginHost } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import type { ByteRange, ObjectInfo, ObjectStore, PutOptions, StoreOptions } from '@aiflow/snapshot';
import { checkKey, checkPrefix } from '@aiflow/snapshot';
import type { Outcome } from './calls.ts';
import { Calls } from './calls.ts';
import { crc64 } from './crc64.ts';
import { readEndpoint } from './endpoint.ts';
import { AnswerError } from './failure.ts';
import { headerOf } from './header.ts';
import { largestPut, putInParts } from './multipart.ts';
import type { OssBlobManagerOptions } from './options.ts';
import { createTransport } from './transport.ts';

/** By this header OSS tells of each object which call put it, where that may be in doubt. */
const markHeader = 'x-oss-meta-aiflow-put';
/** As many as one call lists or deletes. */
const mostInOneCall = 1000;
const mime = 'application/octet-stream';

/** What a store needs of its host. */
export type StoreHost = Pick<PluginHost, 'clock' | 'logger'>;

/** Objects in a bucket of Alibaba Cloud OSS, below `root_directory`. Its options must be valid. */
export class OssObjectStore implements ObjectStore {
  readonly location: string;
  readonly #calls: Calls;
  /** The root directory with a `/` at its end, or nothing. */
  readonly #root: string;
  readonly #host: StoreHost;

  constructor(options: OssBlobManagerOptions, host: StoreHost) {
    const endpoint = readEndpoint(options);
    if ('wrong' in endpoint) {
      throw new AIFlowError('config.invalid', `"${endpoint.key}" is not valid: ${endpoint.wrong}`);
    }
    const parts = (options.root_directory ?? options.repo_name ?? '')
      .split('/')
      .filter((part) => part !== '');
    this.#root = parts.map((part) => `${part}/`).join('');
    this.location = ['oss:/', options.bucket, ...parts.map(encodeURIComponent)].join('/');
    this.#host = host;
    this.#calls = new Calls({
      bucket: options.bucket,
      location: this.location,
      endpoint,
      cname: options.cname ?? false,
      version: options.signature_version ?? (endpoint.region === null ? 'v1' : 'v4'),
      accessKeyId: options.access_key_id,
      accessKeySecret: options.access_key_secret,
      securityToken: options.security_token ?? options.session_token ?? null,
      maxAttempts: options.max_attempts,
      transport: createTransport(options.timeout_seconds * 1000),
      clock: host.clock,
    });
  }

  async put(key: string, bytes: Uint8Array, { signal }: PutOptions = {}): Promise<void> {
    const done = await this.#write(checkKey(key), bytes, {}, randomUUID(), signal);
    if (done.failure !== null) throw done.error;
  }

  async putIfAbsent(key: string, bytes: Uint8Array, { signal }: PutOptions = {}): Promise<boolean> {
    const mark = randomUUID();
    const done = await this.#write(checkKey(key), bytes, { 'x-oss-forbid-overwrite': 'true' }, mark, signal);
    if (done.failure === null) return true;
    if (done.failure.kind !== 'taken') throw done.error;
    // A try whose answer was lost may have put it, and a later one then found it there.
    return done.tries > 1 && (await this.#hasMark(key, mark, signal));
  }

  async get(key: string, { signal }: StoreOptions = {}): Promise<Uint8Array | null> {
    const name = this.#root + checkKey(key);
    const done = await this.#calls.run({ action: 'read', key }, signal, async (client) => {
      const { content, res } = await client.get(name, { headers: {} });
      const expected = headerOf(res.headers, 'x-oss-hash-crc64ecma');
      const found = crc64(content);
      if (expected === null || expected === found) return content;
      throw new AnswerError('corrupt', `its CRC-64 is ${found}, and OSS says ${expected}`);
    });
    if (done.failure?.kind === 'absent') return null;
    return unwrap(done);
  }

  async getRange(
    key: string,
    { start, end }: ByteRange,
    { signal }: StoreOptions = {},
  ): Promise<Uint8Array | null> {
    const name = this.#root + checkKey(key);
    const done = await this.#calls.run({ action: 'read', key }, signal, async (client) => {
      // Without "standard" OSS answers a range that is not wholly inside with the whole object.
      const headers = { Range: `bytes=${start}-${end - 1}`, 'x-oss-range-behavior': 'standard' };
      const { content, res } = await client.get(name, { headers });
      const part = res.status === 206 ? content : content.subarray(start, end);
      if (part.length <= end - start) return part;
      throw new AnswerError('corrupt', `of ${end - start} bytes OSS gave ${part.length}`);
    });
    if (done.failure?.kind === 'absent') return null;
    if (done.failure?.kind === 'range') return new Uint8Array(0);
    return unwrap(done);
  }

  async head(key: string, { signal }: StoreOptions = {}): Promise<ObjectInfo | null> {
    const headers = await this.#head(checkKey(key), signal);
    if (headers === null) return null;
    const modifiedTime = Date.parse(headerOf(headers, 'last-modified') ?? '');
    return { key, size: Number(headerOf(headers, 'content-length')), modifiedTime };
  }

  async *list(prefix: string, { signal }: StoreOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const below = this.#root + checkPrefix(prefix);
    let token: string | null = null;
    do {
      const query: Record<string, string> = { 'max-keys': String(mostInOneCall) };
      // An empty parameter is signed in one way by `ali-oss` and in another by Alibaba's other clients.
      if (below !== '') query['prefix'] = below;
      if (token !== null) query['continuation-token'] = token;
      const page = await this.#calls.must({ action: 'list', key: prefix }, signal, async (client) => {
        const listed = await client.listV2({ ...query }); // which it changes
        const next = listed.nextContinuationToken;
        if (!listed.isTruncated || (next !== null && next !== token)) return listed;
        throw new AnswerError('unavailable', 'OSS says that there is more, and not where it begins');
      });
      for (const { name, size, lastModified } of page.objects) {
        const key = name.slice(this.#root.length);
        // Such as the empty object `root/` by which the console of OSS shows a folder.
        if (!isKey(key)) continue;
        yield { key, size, modifiedTime: Date.parse(lastModified) };
      }
      token = page.isTruncated ? page.nextContinuationToken : null;
    } while (token !== null);
  }

  async delete(key: string, { signal }: StoreOptions = {}): Promise<void> {
    const name = this.#root + checkKey(key);
    await this.#calls.must({ action: 'delete', key }, signal, async (client) => await client.delete(name));
  }

  async deleteMany(keys: readonly string[], { signal }: StoreOptions = {}): Promise<void> {
    const names = keys.map((key) => this.#root + checkKey(key));
    for (let start = 0; start < names.length; start += mostInOneCall) {
      const batch = names.slice(start, start + mostInOneCall);
      const doing = { action: 'delete', key: keys[start] ?? '' } as const;
      await this.#calls.must(doing, signal, async (client) => {
        // Not quietly: of what it did not delete OSS only says nothing.
        const { deleted } = await client.deleteMulti(batch, { quiet: false });
        const gone = new Set(deleted.map(({ Key }) => Key));
        const left = batch.filter((name) => !gone.has(name));
        if (left.length > 0)
          throw new AnswerError(
            'unavailable',
            `OSS did not delete ${left.length} of ${batch.length} objects`,
          );
      });
    }
  }

  async #write(
    key: string,
    bytes: Uint8Array,
    headers: Readonly<Record<string, string>>,
    mark: string,
    signal: AbortSignal | undefined,
  ): Promise<Outcome<unknown>> {
    const name = this.#root + key;
    const doing = { action: 'write', key } as const;
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const marked = { ...headers, [markHeader]: mark };
    if (content.length <= largestPut) {
      return await this.#calls.run(
        doing,
        signal,
        async (client) => await client.put(name, content, { mime, headers: { ...marked } }),
      );
    }
    const isOurs = async (): Promise<boolean> => await this.#hasMark(key, mark, signal);
    const warn = (message: string): void => this.#host.logger.warn(message);
    return await putInParts(
      this.#calls,
      doing,
      { name, bytes: content, headers: marked, isOurs, warn },
      signal,
    );
  }

  async #hasMark(key: string, mark: string, signal: AbortSignal | undefined): Promise<boolean> {
    const headers = await this.#head(key, signal);
    return headers !== null && headerOf(headers, markHeader) === mark;
  }

  async #head(key: string, signal: AbortSignal | undefined): Promise<IncomingHttpHeaders | null> {
    const done = await this.#calls.run({ action: 'look at', key }, signal, async (client) => {
      const { res } = await client.head(this.#root + key);
      return res.headers;
    });
    return done.failure?.kind === 'absent' ? null : unwrap(done);
  }
}

function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.failure !== null) throw outcome.error;
  return outcome.value;
}

function isKey(key: string): boolean {
  try {
    checkKey(key);
    return true;
  } catch {
    return false;
  }
}
