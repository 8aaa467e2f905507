import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isJsonObject } from '@aiflow/core';
import { makeDurable, pathsBelow } from './flush.ts';
import { bootId } from './holder.ts';

/** What is known of a copy without looking into it. */
export interface CopyNote {
  readonly id: string;
  /** In bytes. */
  readonly size: number;
  /** When it was last asked for, in milliseconds since 1970. */
  readonly usedTime: number;
}

/**
 * Notes on shared copies, beside them. A note says since which start of the machine the copy is whole: to make a copy
 * durable can take longer than to make it, and only a machine that went down can lose what was not. After that the
 * copy is not trusted, and is made again. Where it is not known when the machine started, copies are made durable.
 */
export class CopyNotes {
  readonly #directory: string;

  constructor(cacheDir: string) {
    this.#directory = join(cacheDir, '.notes');
  }

  isTrusted(id: string): boolean {
    try {
      const note: unknown = JSON.parse(readFileSync(this.#path(id), 'utf8'));
      return isJsonObject(note) && note['boot'] === bootId();
    } catch {
      return false; // no note, or one that is not whole
    }
  }

  /** Notes that what lies in `directory` is the copy. To be called before it is moved to its place. */
  async write(id: string, size: number, directory: string, signal: AbortSignal | undefined): Promise<void> {
    const boot = bootId();
    if (boot === null) await makeDurable(directory, () => pathsBelow(directory), signal);
    mkdirSync(this.#directory, { recursive: true });
    const path = this.#path(id);
    writeFileSync(`${path}.tmp`, JSON.stringify({ size, boot }));
    renameSync(`${path}.tmp`, path);
  }

  touch(id: string): void {
    try {
      utimesSync(this.#path(id), new Date(), new Date());
    } catch {
      // Then it looks older than it is, and may be fetched again some day.
    }
  }

  forget(id: string): void {
    rmSync(this.#path(id), { force: true });
  }

  list(): CopyNote[] {
    return readdirSync(this.#directory)
      .filter((name) => !name.endsWith('.tmp'))
      .map((id) => {
        const note: unknown = JSON.parse(readFileSync(this.#path(id), 'utf8'));
        const size = isJsonObject(note) && typeof note['size'] === 'number' ? note['size'] : 0;
        return { id, size, usedTime: statSync(this.#path(id)).mtimeMs };
      });
  }

  #path(id: string): string {
    return join(this.#directory, id);
  }
}
