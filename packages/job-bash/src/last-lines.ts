import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A line with more bytes than this is no value but a file that was printed. */
export const longestValue: number = 64 * 1024;

const lineFeed = 10;
const carriageReturn = 13;

/** What a program printed last; null when it printed nothing. */
export type LastLine = { readonly line: string | null } | { readonly tooLong: true };

/** The last line of a file, without its end: after `echo` without arguments it is empty. */
export function lastLine(path: string, encoding: string): LastLine {
  const { bytes, whole } = readEnd(path, longestValue + 2);
  if (bytes.length === 0) return { line: null };
  let end = bytes.length;
  if (bytes[end - 1] === lineFeed) end -= bytes[end - 2] === carriageReturn ? 2 : 1;
  const start = bytes.subarray(0, end).lastIndexOf(lineFeed) + 1;
  if (end - start > longestValue || (start === 0 && !whole)) return { tooLong: true };
  return { line: new TextDecoder(encoding).decode(bytes.subarray(start, end)) };
}

/** The last lines of a file, for people: at most so many, and at most 8 KiB. */
export function lastLines(path: string, encoding: string, count: number): string[] {
  const { bytes } = readEnd(path, 8 * 1024);
  const lines = new TextDecoder(encoding).decode(bytes).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.slice(-count);
}

function readEnd(path: string, most: number): { bytes: Buffer; whole: boolean } {
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
