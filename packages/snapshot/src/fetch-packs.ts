import { Buffers } from './buffers.ts';
import { forEachLimit } from './concurrency.ts';
import { corrupt, repairedByRemoval } from './corrupt.ts';
import { errorOfFault } from './fault-error.ts';
import { FaultError } from './fault.ts';
import { packKey } from './keys.ts';
import type { ObjectStore } from './object-store.ts';
import { largestPack } from './pack-index.ts';
import type { FillPlan, LargeFile, WantedPack } from './plan-fill.ts';
import type { PackToRead } from './thread-messages.ts';
import { packsOfThread } from './thread-messages.ts';
import { Threads } from './threads.ts';
import type { PackBytes, WrittenFile } from './unpack.ts';
import { checkWritten, unpack } from './unpack.ts';

/** How many packs are read side by side. */
const sideBySide = 4;
/** How many packs this thread holds in memory: those that are read and those that are unpacked. */
const packsInMemory = 3;
/** With less than this to write, threads would take longer to begin than the work takes. */
const few = { files: 400, bytes: 8 * 1024 * 1024 };

/** Who writes so many files of so many bytes together. Threads begin at once, while it is found out what to write. */
export function startWork(files: number, bytes: number): Work {
  return files <= few.files && bytes <= few.bytes ? inline : new InThreads();
}

/** Writes all files of a plan, each of which is checked. */
export async function fetchPacks(
  store: ObjectStore,
  plan: FillPlan,
  work: Work,
  signal: AbortSignal | undefined,
): Promise<void> {
  const fetching = new Fetching(store, plan, work);
  const onAbort = (): void => void work.close();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const zeros = plan.largeFiles.filter((large) => large.partsLeft === 0);
    await forEachLimit(zeros, sideBySide, signal, async (large, each) => await fetching.finish(large, each));
    await forEachLimit(plan.packs, sideBySide, signal, async (pack, each) => {
      await fetching.fetch(pack, each);
      for (const large of pack.largeFiles) {
        large.partsLeft -= 1;
        if (large.partsLeft === 0) await fetching.finish(large, each);
      }
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw errorOf(store, error);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Fetches packs with the memory that there is for them. */
class Fetching {
  readonly #store: ObjectStore;
  readonly #packs: ReadonlyMap<string, WantedPack>;
  readonly #work: Work;
  /** Until one has failed, threads read packs by themselves; then `get` does it, which knows how to go on. */
  #inThreads: boolean;
  // Shared with the threads: moved to them and back, each pack would have the garbage collector look at everything.
  readonly #buffers = new Buffers(packsInMemory, () => new SharedArrayBuffer(largestPack));

  constructor(store: ObjectStore, { packs }: FillPlan, work: Work) {
    this.#store = store;
    this.#packs = new Map(packs.map((pack) => [pack.index.id, pack]));
    this.#work = work;
    this.#inThreads = store.requestFor !== undefined && work.fetch !== undefined;
  }

  async fetch(pack: WantedPack, signal: AbortSignal): Promise<void> {
    const tried = this.#inThreads ? await this.#fetchInThread(pack, signal) : 'not-fetched';
    if (tried === 'done') return;
    const memory = await this.#buffers.take();
    await fetchPack(this.#store, pack, this.#work, new Uint8Array(memory), signal, tried === 'corrupt');
    this.#buffers.give(memory);
  }

  async #fetchInThread(pack: WantedPack, signal: AbortSignal): Promise<'done' | 'not-fetched' | 'corrupt'> {
    const { id, size } = pack.index;
    if (isSmallPart(pack)) return 'not-fetched';
    const request = await this.#store.requestFor?.(packKey(id), { signal });
    if (request === undefined) return 'not-fetched';
    try {
      const job = { ...jobOf(pack), start: 0, request, size, again: false };
      if ((await this.#work.fetch?.(job)) === true) return 'done';
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      this.#inThreads = false;
      return 'corrupt';
    }
    this.#inThreads = false;
    return 'not-fetched';
  }

  /** Checks a large file whose parts are all there. A pack whose part of it is wrong is read once more. */
  async finish(large: LargeFile, signal: AbortSignal): Promise<void> {
    for (const again = new Set<WantedPack>(); ;) {
      try {
        await this.#work.check(large.written);
        return;
      } catch (error) {
        const damaged = isCorrupt(error) ? this.#packs.get(error.fault.where) : undefined;
        if (damaged === undefined || again.has(damaged)) throw error;
        again.add(damaged);
        this.#inThreads = false;
        await this.fetch(partsOf(large, damaged), signal);
      }
    }
  }
}

/** What is wanted of the pack for this file. The others may be done, and read-only. */
function partsOf({ entry: { path } }: LargeFile, pack: WantedPack): WantedPack {
  const { directory, places, paths, modes, positions } = pack.writes;
  const isOurs = (_: unknown, row: number): boolean => paths[row] === path;
  const writes = {
    directory,
    places: places.filter(isOurs),
    paths: paths.filter(isOurs),
    modes: modes.filter(isOurs),
    positions: positions.filter(isOurs),
  };
  return { ...pack, writes };
}

function isCorrupt(error: unknown): error is FaultError & { readonly fault: { readonly kind: 'corrupt' } } {
  return error instanceof FaultError && error.fault.kind === 'corrupt';
}

/**
 * Reads a pack and has it unpacked; once more when it turns out not to be what was stored, as on a bad line. `again`
 * says that it was read before.
 */
async function fetchPack(
  store: ObjectStore,
  pack: WantedPack,
  work: Work,
  into: Uint8Array,
  signal: AbortSignal,
  again: boolean,
): Promise<void> {
  for (; ; again = true) {
    const bytes = await readPack(store, pack, into, signal);
    const isWhole = bytes !== null && bytes.length === pack.end - pack.start;
    try {
      if (isWhole) await work.unpack({ ...jobOf(pack), bytes, again });
      if (isWhole) return;
    } catch (error) {
      if (!isCorrupt(error) || again) throw error;
    }
    if (!again) continue;
    const what = bytes === null ? 'it is missing' : 'it has another length';
    throw corrupt(store, packKey(pack.index.id), what);
  }
}

/** Whether much less than all of the pack is wanted. */
function isSmallPart({ index: { size }, start, end }: WantedPack): boolean {
  return end - start <= size / 2;
}

function jobOf({ index, start, writes }: WantedPack): Omit<PackBytes, 'bytes' | 'again'> {
  return { packId: index.id, index: index.bytes, start, writes };
}

/** Part of the pack, where that is much less than all and the store can give it. */
async function readPack(
  store: ObjectStore,
  pack: WantedPack,
  into: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const { start, end } = pack;
  const { id, size } = pack.index;
  if (store.getRange !== undefined && isSmallPart(pack))
    return await store.getRange(packKey(id), { start, end }, { signal });
  const bytes = await store.get(packKey(id), { signal, into, verifiedByCaller: true });
  if (bytes === null) return null;
  if (bytes.length !== size) return bytes.subarray(0, 0); // none of it can be believed
  return start === 0 && end === size ? bytes : bytes.subarray(start, end);
}

function errorOf(store: ObjectStore, error: unknown): unknown {
  if (!(error instanceof FaultError)) return error;
  const { fault } = error;
  if (fault.kind !== 'corrupt') return errorOfFault(fault);
  return corrupt(store, packKey(fault.where), fault.why, repairedByRemoval);
}

/** Who unpacks and checks. Who starts it closes it. */
export interface Work {
  /** Reads the pack and unpacks it; false when its bytes did not come. Not where it would be done in this thread. */
  fetch?(pack: PackToRead): Promise<boolean>;
  /** The bytes are gone afterwards, unless their memory is shared. */
  unpack(pack: PackBytes): Promise<void>;
  check(file: WrittenFile): Promise<void>;
  /** No file is touched once this resolves. */
  close(): Promise<void>;
}

const inline: Work = {
  unpack: async (pack) => unpack(pack),
  check: async (file) => checkWritten(file),
  close: async () => undefined,
};

class InThreads implements Work {
  readonly #threads = new Threads(packsOfThread);

  async fetch(pack: PackToRead): Promise<boolean> {
    let isFetched = true;
    await this.#threads.run({ kind: 'fetch', ...pack }, [], ({ kind }) => {
      if (kind === 'not-fetched') isFetched = false;
    });
    return isFetched;
  }

  async unpack(pack: PackBytes): Promise<void> {
    const { buffer, byteLength } = pack.bytes;
    // Moved to the thread, which spares a copy; not where a store's buffer has more in it than these bytes.
    const moves = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
    await this.#threads.run({ kind: 'unpack', ...pack }, moves ? [buffer] : []);
  }

  async check(file: WrittenFile): Promise<void> {
    await this.#threads.run({ kind: 'check', file });
  }

  async close(): Promise<void> {
    await this.#threads.close();
  }
}
