import type { LaunchedChild } from './launched-child.ts';
import { readExit, restoreRecords } from './records.ts';

/** How many ends are remembered that could not be written down, as on a full disk. */
const mostUnwritten = 1_000;

/** The processes whose ends this one is told of, until their records say all that is known of them. */
export class Children {
  readonly #children = new Map<string, LaunchedChild>();
  readonly #unwritten = new Set<string>();
  readonly #mostUnwritten: number;

  constructor(limit: number = mostUnwritten) {
    this.#mostUnwritten = limit;
  }

  get size(): number {
    return this.#children.size;
  }

  get(recordDir: string): LaunchedChild | undefined {
    const child = this.#children.get(recordDir);
    if (child?.exit !== null || !child.isForgotten) return child;
    this.#children.delete(recordDir);
    return undefined;
  }

  add(recordDir: string, child: LaunchedChild): void {
    this.#unwritten.delete(recordDir);
    this.#children.set(recordDir, child);
  }

  /**
   * Forgets a child that has ended. What its shim could not write, or the program removed, is written now; when that
   * fails too the child is kept, and of many such children the last ones.
   */
  settle(recordDir: string): void {
    const child = this.#children.get(recordDir);
    if (child === undefined || child.exit === null) return;
    const { code } = child.exit;
    if (code === null || readExit(recordDir) !== null || restoreRecords(recordDir, child.pid, code)) {
      this.#children.delete(recordDir);
      this.#unwritten.delete(recordDir);
      return;
    }
    this.#unwritten.add(recordDir);
    for (const oldest of this.#unwritten) {
      if (this.#unwritten.size <= this.#mostUnwritten) return;
      this.#unwritten.delete(oldest);
      this.#children.delete(oldest);
    }
  }
}
