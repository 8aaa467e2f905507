import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode } from '@aiflow/core';

/** The end of a file: at most `most` bytes, and whether they are all of it. Throws what the system says. */
export function endOfFile(
  path: string,
  most: number,
): { readonly bytes: Uint8Array; readonly whole: boolean } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.allocUnsafe(Math.min(size, most));
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(file, bytes, length, bytes.length - length, size - bytes.length + length);
      if (count === 0) break;
      length += count;
    }
    return { bytes: bytes.subarray(0, length), whole: size <= most };
  } finally {
    closeSync(file);
  }
}

const mostBytes = 8 * 1024;
const mostLines = 20;

/** The last lines of a log, for people: at most 20 of them and 8 KiB; none when there is no such file. */
export function lastLines(path: string, encoding = 'utf-8'): string[] {
  let end: ReturnType<typeof endOfFile>;
  try {
    end = endOfFile(path, mostBytes);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
  const lines = new TextDecoder(encoding).decode(end.bytes).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  // The first one may have lost its beginning.
  return lines.slice(!end.whole && lines.length > 1 ? 1 : 0).slice(-mostLines);
}
