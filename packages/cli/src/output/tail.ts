import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** In bytes: how much of a file's end is looked at. */
const window = 64 * 1024;

/** The last lines of a file, however large it is; empty when there are none. Throws what the system says. */
export function lastLines(path: string, most: number): string[] {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, window));
    const read = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    const text = buffer.toString('utf8', 0, read).trimEnd();
    return text === '' ? [] : text.split('\n').slice(-most);
  } finally {
    closeSync(file);
  }
}
