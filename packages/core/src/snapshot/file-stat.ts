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

/** What Node's `lstat` says, as far as it counts. */
interface Stats extends Omit<FileStat, 'executable'> {
  readonly mode: number;
}

export function fileStat({ size, mtimeMs, ctimeMs, ino, mode }: Stats): FileStat {
  return { size, mtimeMs, ctimeMs, ino, executable: (mode & 0o100) !== 0 };
}

/** Whether two looks at a path saw the same content, as far as the file system tells. */
export function isSame(a: FileStat, b: FileStat): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}
