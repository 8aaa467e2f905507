import type { FileStat } from './file-stat.ts';

/** The numbers of a row: size, mtimeMs, ctimeMs, ino, and 1 for what is executable. */
export const rowWidth = 5;

/** What a thread is told of files. */
export interface FileRows {
  readonly paths: readonly string[];
  /** Of each file what lstat said: size in bytes, mtimeMs, ctimeMs, ino, and 1 for what is executable. */
  readonly numbers: Float64Array<ArrayBuffer>;
}

/**
 * Files with what lstat said of each, as rows of numbers: tens of thousands of objects that live as long would be
 * moved by each collection, and handed to a thread one by one.
 */
export class FileTable {
  readonly #paths: string[];
  #numbers: Float64Array<ArrayBuffer>;

  constructor({ paths, numbers }: FileRows = { paths: [], numbers: new Float64Array() }) {
    this.#paths = [...paths];
    this.#numbers = numbers;
  }

  get count(): number {
    return this.#paths.length;
  }

  add(path: string, stat: FileStat): void {
    const place = this.#paths.push(path) - 1;
    if (place * rowWidth >= this.#numbers.length) {
      const larger = new Float64Array(2 * (place + 8) * rowWidth);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.set(place, stat);
  }

  /** What is to be known of a file that is another than was seen at first. */
  set(place: number, { size, mtimeMs, ctimeMs, ino, executable }: FileStat): void {
    const start = place * rowWidth;
    this.#numbers[start] = size;
    this.#numbers[start + 1] = mtimeMs;
    this.#numbers[start + 2] = ctimeMs;
    this.#numbers[start + 3] = ino;
    this.#numbers[start + 4] = executable ? 1 : 0;
  }

  /** The same files under other paths. */
  renamed(rename: (path: string) => string): FileTable {
    return new FileTable({ paths: this.#paths.map(rename), numbers: this.#numbers });
  }

  size(place: number): number {
    return this.#numbers[place * rowWidth] ?? 0;
  }

  /** Below the root that it was found in, with `/`. */
  path(place: number): string {
    return this.#paths[place] ?? '';
  }

  stat(place: number): FileStat {
    const number = (column: number): number => this.#numbers[place * rowWidth + column] ?? 0;
    return {
      size: number(0),
      mtimeMs: number(1),
      ctimeMs: number(2),
      ino: number(3),
      executable: number(4) === 1,
    };
  }

  /** The files from one place up to another; what is done to them is not seen here. */
  rows(from: number = 0, to: number = this.count): FileRows {
    return {
      paths: this.#paths.slice(from, to),
      numbers: this.#numbers.slice(from * rowWidth, to * rowWidth),
    };
  }

  /** A table of the files at these places. */
  pick(places: readonly number[]): FileTable {
    const picked = new FileTable();
    for (const place of places) picked.add(this.path(place), this.stat(place));
    return picked;
  }
}
