import { createHash } from 'node:crypto';
import { crc64 } from './crc64.ts';

export interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly crc64: string;
  /** In whole seconds, as OSS tells it, in milliseconds since 1970. */
  readonly modifiedTime: number;
  readonly contentType: string;
  /** The `x-oss-meta-…` headers that it was stored with. */
  readonly meta: Readonly<Record<string, string>>;
}

export interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string }>;
}

/** What one bucket holds. */
export class Bucket {
  readonly objects: Map<string, StoredObject> = new Map();
  readonly uploads: Map<string, Upload> = new Map();
}

/** An ETag as OSS writes it. */
export function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex').toUpperCase()}"`;
}

export function makeObject(
  bytes: Buffer,
  headers: Readonly<Record<string, string>>,
  now: number,
  etag: string = etagOf(bytes),
): StoredObject {
  return {
    bytes,
    etag,
    crc64: crc64(bytes),
    modifiedTime: Math.floor(now / 1000) * 1000,
    contentType: headers['content-type'] ?? 'application/octet-stream',
    meta: Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-oss-meta-'))),
  };
}
