import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectStore } from './object-store.ts';
import { PackIndex } from './pack-index.ts';
import { readIndex } from './read-index.ts';

/**
 * Indexes of packs on this machine's disk. They never change and are known by their hash, so one that is here need not
 * be asked for again, and one that is damaged is as good as none. Nothing depends on this but the sparing of calls.
 */
export class IndexCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async read(store: ObjectStore, packId: string, signal: AbortSignal | undefined): Promise<PackIndex | null> {
    const path = join(this.#directory, packId);
    try {
      return new PackIndex(packId, readFileSync(path));
    } catch {
      // Not here, or not whole.
    }
    const index = await readIndex(store, packId, signal);
    if (index !== null) this.#keep(path, index.bytes);
    return index;
  }

  /** Forgets what belongs to packs that are no more. */
  keepOnly(packIds: ReadonlySet<string>): void {
    try {
      for (const name of readdirSync(this.#directory))
        if (!packIds.has(name)) rmSync(join(this.#directory, name), { force: true });
    } catch {
      // There is no such directory yet, or it cannot be written: what is there does no harm.
    }
  }

  #keep(path: string, bytes: Uint8Array): void {
    try {
      mkdirSync(this.#directory, { recursive: true });
      const temporary = join(this.#directory, `.${randomUUID()}`);
      writeFileSync(temporary, bytes, { flag: 'wx' });
      renameSync(temporary, path);
    } catch {
      // No room, or no permission: the store is asked again the next time.
    }
  }
}
