import type { AIFlowError } from '@aiflow/core';
import { isAIFlowError } from '@aiflow/core';
import { forEachLimit } from './concurrency.ts';
import type { IndexCache } from './index-cache.ts';
import { packIdOfKey, packsPrefix } from './keys.ts';
import type { ObjectStore } from './object-store.ts';
import type { PackIndex, PartedFile } from './pack-index.ts';
import { largestPiece } from './pack-index.ts';
import type { FileEntry } from './project-files.ts';
import { prefixOf, sharedKey } from './shared-hashes.ts';

const sideBySide = 16;
/** Parts of large files that are remembered, so that no part is sent again: those of 512 GiB. */
const mostParts = 128 * 1024;

/** What a store has of the contents that are wanted. */
export interface Held {
  /** The packs that hold what is there. */
  readonly packIds: ReadonlySet<string>;
  /** The contents that are not there, each once. */
  readonly missing: readonly FileEntry[];
  /** Parts of large files that are there, with a pack of each; empty when no large file is missing. */
  readonly parts: ReadonlyMap<string, string>;
}

/**
 * Finds what a store has of the files, by the indexes of its packs, newest first, until all is found. A pack counts
 * when it has the length that its index says; one whose index is missing or damaged does not count.
 */
export async function locate(
  store: ObjectStore,
  indexes: IndexCache,
  files: readonly FileEntry[],
  signal: AbortSignal | undefined,
): Promise<Held> {
  const search = new Search(files);
  if (search.isOver) return search.result();
  const packs = await listPacks(store, signal);
  packs.sort((a, b) => b.time - a.time || (a.id < b.id ? -1 : 1));
  await forEachLimit(packs, sideBySide, signal, async (pack, each) => {
    if (search.isOver) return;
    const index = await indexOf(pack, store, indexes, each);
    if (index !== null) search.add(index);
  });
  indexes.keepOnly(new Set(packs.map(({ id }) => id)));
  return search.result();
}

/** Everything that counts in a store: whole files, parts of large ones, and large ones themselves. */
export async function knownKeys(
  store: ObjectStore,
  indexes: IndexCache,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const keys: number[] = [];
  await forEachLimit(await listPacks(store, signal), sideBySide, signal, async (pack, each) => {
    const index = await indexOf(pack, store, indexes, each);
    if (index === null) return;
    for (let place = 0; place < index.count; place += 1)
      keys.push(sharedKey(index.prefixAt(place), index.isPartAt(place) ? 'part' : 'whole'));
    for (const { sha256 } of index.files) keys.push(sharedKey(prefixOf(sha256), 'whole'));
  });
  return keys;
}

/** Whether each of these packs is there and counts. */
export async function areThere(
  packIds: readonly string[],
  store: ObjectStore,
  indexes: IndexCache,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const packs = new Map((await listPacks(store, signal)).map((pack) => [pack.id, pack]));
  let found = 0;
  await forEachLimit(packIds, sideBySide, signal, async (id, each) => {
    const pack = packs.get(id);
    if (pack !== undefined && (await indexOf(pack, store, indexes, each)) !== null) found += 1;
  });
  return found === packIds.length;
}

interface ListedPack {
  readonly id: string;
  readonly size: number;
  readonly time: number;
}

async function listPacks(store: ObjectStore, signal: AbortSignal | undefined): Promise<ListedPack[]> {
  const packs: ListedPack[] = [];
  for await (const { key, size, modifiedTime: time } of store.list(packsPrefix, { signal })) {
    const id = packIdOfKey(key);
    if (id !== null) packs.push({ id, size, time });
  }
  return packs;
}

/** The index of a pack that counts; null for another. */
async function indexOf(
  { id, size }: ListedPack,
  store: ObjectStore,
  indexes: IndexCache,
  signal: AbortSignal,
): Promise<PackIndex | null> {
  const index = await indexes.read(store, id, signal).catch(nullIfDamaged);
  return index?.size === size ? index : null;
}

function nullIfDamaged(error: unknown): null {
  if (isAIFlowError(error) && (error satisfies AIFlowError).code === 'blob.corrupt') return null;
  throw error;
}

class Search {
  /** What is still to be found: small files, and large ones of which it is not known what their parts are. */
  readonly #wanted = new Map<string, FileEntry>();
  /** The first four bytes of the hashes that are wanted. */
  #prefixes: ReadonlySet<number> | null = null;
  readonly #hasLarge: boolean;
  readonly #packIds = new Set<string>();
  readonly #files: {
    readonly entry: FileEntry;
    readonly parts: readonly string[];
    readonly packId: string;
  }[] = [];
  readonly #parts = new Map<string, string>();

  constructor(files: readonly FileEntry[]) {
    for (const entry of files) {
      if (entry.size === 0) continue; // is made of nothing
      this.#wanted.set(entry.sha256, entry);
    }
    this.#hasLarge = files.some(({ size }) => size > largestPiece);
  }

  /** Of a large file the parts may be anywhere, so all is looked at. */
  get isOver(): boolean {
    return this.#wanted.size === 0 && !this.#hasLarge;
  }

  add(index: PackIndex): void {
    const prefixes = (this.#prefixes ??= new Set([...this.#wanted.keys()].map(prefixOf)));
    for (let place = 0; place < index.count; place += 1) {
      const isPart = index.isPartAt(place);
      if (isPart ? !this.#hasLarge : !prefixes.has(index.prefixAt(place))) continue;
      const sha256 = index.hashAt(place);
      if (isPart) {
        if (this.#parts.size < mostParts && !this.#parts.has(sha256)) this.#parts.set(sha256, index.id);
      } else if (this.#wanted.get(sha256)?.size === index.lengthAt(place)) {
        this.#wanted.delete(sha256);
        this.#packIds.add(index.id);
      }
    }
    for (const file of this.#hasLarge ? index.files : []) this.#addFile(file, index.id);
  }

  #addFile({ sha256, size, parts }: PartedFile, packId: string): void {
    const entry = this.#wanted.get(sha256);
    if (entry?.size !== size) return;
    this.#wanted.delete(sha256);
    this.#files.push({ entry, parts, packId });
  }

  result(): Held {
    const missing = [...this.#wanted.values()];
    for (const { entry, parts, packId } of this.#files) {
      const packIds = parts.map((part) => this.#parts.get(part));
      if (packIds.includes(undefined)) missing.push(entry);
      else for (const id of [packId, ...packIds]) if (id !== undefined) this.#packIds.add(id);
    }
    // In the order of their paths, as all but these are.
    if (this.#files.length > 0) missing.sort((a, b) => (a.path < b.path ? -1 : 1));
    const parts = missing.some(({ size }) => size > largestPiece) ? this.#parts : new Map<string, string>();
    return { packIds: this.#packIds, missing, parts };
  }
}
