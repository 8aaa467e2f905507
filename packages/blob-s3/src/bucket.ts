import type { ChecksumAlgorithm } from '@aws-sdk/client-s3';
import type { S3BlobManagerOptions } from './options.ts';
import { rootOf } from './options.ts';
import type { S3Requests } from './requests.ts';

/** Where the objects of a store lie, and how it is asked for them. */
export class Bucket {
  readonly name: string;
  readonly requests: S3Requests;
  readonly #root: string;
  readonly #algorithm: S3BlobManagerOptions['checksum_algorithm'];

  constructor(options: S3BlobManagerOptions, requests: S3Requests) {
    this.name = options.bucket_name;
    this.requests = requests;
    const root = rootOf(options.root_directory);
    this.#root = root === '' ? '' : `${root}/`;
    this.#algorithm = options.checksum_algorithm;
  }

  /** `s3://bucket/root`, without a `/` at its end. */
  get location(): string {
    return `s3://${this.name}/${this.#root}`.replace(/\/$/, '');
  }

  /** A key of the store as the bucket has it. */
  keyOf(key: string): string {
    return this.#root + key;
  }

  /** A key of the bucket as the store has it. */
  ownKey(key: string): string {
    return key.slice(this.#root.length);
  }

  /** The checksum to send with bytes. */
  get checksum(): { readonly ChecksumAlgorithm?: ChecksumAlgorithm } {
    if (!this.requests.checksums) return {};
    return { ChecksumAlgorithm: this.#algorithm === 'sha256' ? 'SHA256' : 'CRC32' };
  }
}
