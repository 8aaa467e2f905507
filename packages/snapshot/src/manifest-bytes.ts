import { hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AIFlowError } from '@aiflow/core';
import { largestObject } from './object-store.ts';

/** A shorter text is stored as it is, to be read by people too. */
const short = 64 * 1024;
/** A text of 10 million files; what claims to be longer is refused unread. */
const longest = 2 ** 31;
/** What zstd begins with, and JSON does not. */
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** What is stored of a manifest's text. Throws `blob.too_large` when that is more than an object holds. */
export function packManifest(text: Buffer): Buffer {
  if (text.length < short) return text;
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  const bytes = zstdCompressSync(text, { params, chunkSize: Math.ceil(text.length / 2) });
  if (bytes.length <= largestObject) return bytes;
  throw new AIFlowError(
    'blob.too_large',
    `the snapshot's manifest has ${bytes.length} bytes, and a store keeps ${largestObject} in one object: ` +
      `leave files out of the snapshot that its jobs do not need, by .aiflowignore`,
    { context: { size: bytes.length } },
  );
}

/** The text again; null when the bytes are not those of the manifest that has this id. */
export function manifestTextOf(bytes: Uint8Array, snapshotId: string): Uint8Array | null {
  const text = unpack(bytes);
  return text !== null && hash('sha256', text, 'hex') === snapshotId ? text : null;
}

function unpack(bytes: Uint8Array): Uint8Array | null {
  if (!zstdMagic.equals(bytes.subarray(0, zstdMagic.length))) return bytes;
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: longest, chunkSize: 1024 * 1024 });
  } catch {
    return null;
  }
}
