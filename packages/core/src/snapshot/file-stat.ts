import type { Stats } from 'node:fs';

/**
 * What tells one state of a file from another, as in git's index. Times are milliseconds as doubles: exact to a
 * quarter of a microsecond, which is finer than the clock of any file system's kernel ticks, and half the cost of
 * asking for nanoseconds as bigints.
 */
export interface FileStat {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Inode numbers above 2⁵³ lose their last bits: still a good witness, beside the times. */
  readonly ino: number;
  readonly executable: boolean;
}

/** Of a file that lstat looked at. */
export function fileStat(stats: Stats): FileStat {
  const { size, mtimeMs, ctimeMs, ino, mode } = stats;
  return { size, mtimeMs, ctimeMs, ino, executable: (mode & 0o100) !== 0 };
}

/** Whether two looks at a path saw the same content, as far as the file system tells. */
export function isSame(a: FileStat, b: FileStat): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}
