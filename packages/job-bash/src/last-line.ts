import { endOfFile } from '@aiflow/process';

/** A line with more bytes than this is no value but a file that was printed. */
export const longestValue: number = 64 * 1024;

const lineFeed = 10;
const carriageReturn = 13;

/** What a program printed last; null when it printed nothing. */
export type LastLine = { readonly line: string | null } | { readonly tooLong: true };

/** The last line of a file, without its end: after `echo` without arguments it is empty. */
export function lastLine(path: string, encoding: string): LastLine {
  const { bytes, whole } = endOfFile(path, longestValue + 2);
  if (bytes.length === 0) return { line: null };
  let end = bytes.length;
  if (bytes[end - 1] === lineFeed) end -= bytes[end - 2] === carriageReturn ? 2 : 1;
  const start = bytes.subarray(0, end).lastIndexOf(lineFeed) + 1;
  if (end - start > longestValue || (start === 0 && !whole)) return { tooLong: true };
  return { line: new TextDecoder(encoding).decode(bytes.subarray(start, end)) };
}
