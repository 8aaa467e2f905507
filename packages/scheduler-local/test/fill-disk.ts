import { closeSync, ftruncateSync, openSync, fstatSync, writeSync } from 'node:fs';

/** Fills the disk with one file, but for so many bytes. */
export function fillDisk(path: string, left = 0): void {
  const file = openSync(path, 'w');
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size));
    } catch (error) {
      if (Reflect.get(Object(error), 'code') !== 'ENOSPC') throw error;
    }
  }
  ftruncateSync(file, Math.max(0, fstatSync(file).size - left));
  closeSync(file);
}
