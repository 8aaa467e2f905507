import { AIFlowError } from '@aiflow/core';
import type { ByteRange, ObjectInfo, ObjectStore, PutOptions, StoreOptions } from '@aiflow/snapshot';
import { checkKey, checkPrefix } from '@aiflow/snapshot';
import { Caller } from './caller.ts';
import { NameNodes } from './name-nodes.ts';
import { authorityOf, expectedUrl, nameNodeUrls } from './namenode-urls.ts';
import { expectedRoot, rootDirectory } from './root-directory.ts';
import { Servers } from './servers.ts';
import { TemporaryFiles } from './temporary-files.ts';
import type { RenameOption } from './web-hdfs.ts';
import { WebHdfs } from './web-hdfs.ts';

export interface HdfsStoreOptions {
  /** The addresses of WebHDFS, one for each NameNode, with `,` between them or as a list. */
  readonly hdfsUrl: string | readonly string[];
  /** An absolute path in HDFS. It is made when something is first put. */
  readonly rootDirectory: string;
  readonly user: string;
  /** Names the file system in `location`; its NameNodes do unless it is said. */
  readonly nameservice?: string | undefined;
  /** How long a server may be silent, in milliseconds; 60,000 unless said. */
  readonly timeoutMs?: number;
  /** How often a call is made at most, the first time included; 8 unless said. */
  readonly maxAttempts?: number;
  /** The pause before the first repetition, in milliseconds; it doubles each time, up to 8 s. 250 unless said. */
  readonly firstPauseMs?: number;
}

/** A directory that was made may be removed by another process before a file comes into it: so often it is tried. */
const renameAttempts = 10;

/**
 * Objects as files below a directory of HDFS: the key is the path. An object is written to a temporary file and
 * renamed, so that its path only ever shows all of it. What was put is on the disks of its DataNodes.
 */
export class HdfsObjectStore implements ObjectStore {
  readonly location: string;
  readonly #root: string;
  readonly #hdfs: WebHdfs;
  readonly #temporary: TemporaryFiles;

  /** Nothing is asked of a server before the first call. Throws `blob.invalid_options`. */
  constructor(options: HdfsStoreOptions) {
    const { user, nameservice, timeoutMs = 60_000, maxAttempts = 8, firstPauseMs = 250 } = options;
    const urls = nameNodeUrls(options.hdfsUrl);
    if (urls === null) throw invalidOption('hdfsUrl', expectedUrl);
    const root = rootDirectory(options.rootDirectory);
    if (root === null) throw invalidOption('rootDirectory', expectedRoot);
    this.#root = root;
    this.location = `hdfs://${authorityOf(urls, nameservice ?? null)}${encodeURI(root)}`;
    const nameNodes = new NameNodes(urls);
    const servers = new Servers(timeoutMs);
    const { location } = this;
    this.#hdfs = new WebHdfs(new Caller({ location, nameNodes, servers, user, maxAttempts, firstPauseMs }));
    this.#temporary = new TemporaryFiles(this.#hdfs, root);
  }

  async put(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<void> {
    await this.#write(key, bytes, 'OVERWRITE', options.signal);
  }

  async putIfAbsent(key: string, bytes: Uint8Array, options: PutOptions = {}): Promise<boolean> {
    return await this.#write(key, bytes, 'NONE', options.signal);
  }

  async get(key: string, { signal }: StoreOptions = {}): Promise<Uint8Array | null> {
    return await this.#hdfs.open(this.#path(key), null, signal);
  }

  async getRange(key: string, range: ByteRange, { signal }: StoreOptions = {}): Promise<Uint8Array | null> {
    return await this.#hdfs.open(this.#path(key), range, signal);
  }

  async head(key: string, { signal }: StoreOptions = {}): Promise<ObjectInfo | null> {
    const found = await this.#hdfs.status(this.#path(key), signal);
    if (found === null || found.isDirectory) return null;
    return { key, size: found.size, modifiedTime: found.modifiedTime };
  }

  async *list(prefix: string, { signal }: StoreOptions = {}): AsyncGenerator<ObjectInfo, void, undefined> {
    const pending = [checkPrefix(prefix)];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const directory = `${this.#root}/${at}`.replace(/\/$/, '');
      for await (const entries of this.#hdfs.list(directory, signal)) {
        for (const { name, isDirectory, size, modifiedTime } of entries) {
          if (name === '' || name.startsWith('.')) continue; // a file of that path; what the store keeps beside
          if (isDirectory) pending.push(`${at}${name}/`);
          else yield { key: at + name, size, modifiedTime };
        }
      }
    }
  }

  async delete(key: string, { signal }: StoreOptions = {}): Promise<void> {
    const path = this.#path(key);
    const isDeleted = await this.#hdfs.delete(path, signal);
    if (isDeleted) await this.#removeEmpty(parentOf(path), signal);
  }

  #path(key: string): string {
    return `${this.#root}/${checkKey(key)}`;
  }

  async #write(
    key: string,
    bytes: Uint8Array,
    option: RenameOption,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const path = this.#path(key);
    const rename = async (from: string): Promise<boolean> => await this.#move(from, path, option, signal);
    return await this.#temporary.write(bytes, rename, signal);
  }

  /** Whether it was moved: with `NONE` not where there is a file. */
  async #move(
    from: string,
    to: string,
    option: RenameOption,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    let isUncertain = false;
    for (let attempt = 1; attempt <= renameAttempts; attempt += 1) {
      const renaming = await this.#hdfs.rename(from, to, option, signal);
      isUncertain ||= renaming.isUncertain;
      if (renaming.outcome !== 'absent') return renaming.outcome === 'renamed';
      // Nobody else knows the temporary name: if it is gone, an attempt that we lost sight of has renamed it.
      const isGone = (await this.#hdfs.status(from, signal)) === null;
      if (isGone && isUncertain) return true;
      if (isGone) break;
      await this.#hdfs.makeDirectories(parentOf(to), signal);
    }
    throw new AIFlowError(
      'blob.store_failed',
      `the blob store ${this.location} could not rename ${from} to ${to}: the file or the directory for it was removed meanwhile; try again`,
      { context: { location: this.location, path: to } },
    );
  }

  /** Removes directories that hold nothing any more, up to the root: a NameNode keeps each in memory. */
  async #removeEmpty(directory: string, signal: AbortSignal | undefined): Promise<void> {
    for (let at = directory; at.length > this.#root.length; at = parentOf(at)) {
      if (!(await this.#hdfs.delete(at, signal))) return;
    }
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function invalidOption(option: string, expected: string): AIFlowError {
  return new AIFlowError('blob.invalid_options', `${option} is not valid: ${expected}`, {
    context: { option },
  });
}
