import { randomUUID } from 'node:crypto';
import { abortable } from '@aiflow/core';
import type { WebHdfs } from './web-hdfs.ts';

/** A key never begins with a dot. */
const directoryName = '.tmp';
/** What a killed upload left is removed when it is so old, in milliseconds. */
const leftoverAge = 24 * 60 * 60 * 1000;
/** So long a call goes on that has failed or was aborted, to remove what it had written. */
const cleanUpMs = 3_000;

/** Files of a store that nobody looks at before they are renamed. */
export class TemporaryFiles {
  readonly #hdfs: WebHdfs;
  readonly #directory: string;
  #prepared: Promise<void> | null = null;

  constructor(hdfs: WebHdfs, root: string) {
    this.#hdfs = hdfs;
    this.#directory = `${root}/${directoryName}`;
  }

  /** Writes bytes to a file for `rename`, which says whether it has renamed it; else it is removed. */
  async write(
    bytes: Uint8Array,
    rename: (path: string) => Promise<boolean>,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    await abortable(this.#prepare(), signal);
    const written: string[] = [];
    const next = (): string => {
      const path = `${this.#directory}/${randomUUID()}`;
      written.unshift(path);
      return path;
    };
    let isRenamed = false;
    try {
      await this.#hdfs.create(next, bytes, signal);
      isRenamed = await rename(written[0] ?? '');
      return isRenamed;
    } finally {
      await this.#remove(isRenamed ? written.slice(1) : written);
    }
  }

  /** What cannot be removed now is removed when it is old: what the caller is told is how the writing went. */
  async #remove(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const signal = AbortSignal.timeout(cleanUpMs);
    try {
      for (const path of paths) await this.#hdfs.delete(path, signal, { isOnce: true });
    } catch {
      // The server is away, most likely.
    }
  }

  /** Done once, and again after it has failed. */
  async #prepare(): Promise<void> {
    try {
      await (this.#prepared ??= this.#sweep());
    } catch (error) {
      this.#prepared = null;
      throw error;
    }
  }

  /** Makes the directory, and removes from it what has been there for a day. */
  async #sweep(): Promise<void> {
    await this.#hdfs.makeDirectories(this.#directory, undefined);
    for await (const entries of this.#hdfs.list(this.#directory, undefined)) {
      for (const { name, modifiedTime } of entries) {
        const isOld = Date.now() - modifiedTime > leftoverAge;
        if (isOld) await this.#hdfs.delete(`${this.#directory}/${name}`, undefined);
      }
    }
  }
}
