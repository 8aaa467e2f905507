import { Buffers } from './buffers.ts';
import { forEachLimit } from './concurrency.ts';
import { corrupt, repairedByRemoval } from './corrupt.ts';
import { errorOfFault } from './fault-error.ts';
import { FaultError } from './fault.ts';
import { packKey } from './keys.ts';
import type { ObjectStore } from './object-store.ts';
import { largestPack } from './pack-index.ts';
import type { FillPlan, LargeFile, WantedPack } from './plan-fill.ts';
import { Threads } from './threads.ts';
import type { PackBytes, WrittenFile } from './unpack.ts';
import { checkWritten, unpack } from './unpack.ts';

/** How many packs are held in memory: those that are read and those that are unpacked. */
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
  { packs, largeFiles }: FillPlan,
  work: Work,
  signal: AbortSignal | undefined,
): Promise<void> {
  // Shared with the threads: moved to them and back, each pack would have the garbage collector look at everything.
  const buffers = new Buffers(packsInMemory, () => new SharedArrayBuffer(largestPack));
  const onAbort = (): void => void work.close();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (const large of largeFiles) if (large.partsLeft === 0) await check(store, large, work); // all zeros
    await forEachLimit(packs, packsInMemory, signal, async (pack, each) => {
      const memory = await buffers.take();
      await fetchPack(store, pack, work, new Uint8Array(memory), each);
      buffers.give(memory);
      for (const large of pack.largeFiles) {
        large.partsLeft -= 1;
        if (large.partsLeft === 0) await check(store, large, work);
      }
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Reads a pack and has it unpacked; once more when it turns out not to be what was stored, as on a bad line. */
async function fetchPack(
  store: ObjectStore,
  pack: WantedPack,
  work: Work,
  into: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  for (let again = false; ; again = true) {
    const bytes = await readPack(store, pack, into, signal);
    const isWhole = bytes !== null && bytes.length === pack.end - pack.start;
    try {
      if (isWhole) await work.unpack({ ...jobOf(pack), bytes, again });
      if (isWhole) return;
    } catch (error) {
      if (!(error instanceof FaultError) || error.fault.kind !== 'corrupt' || again)
        throw errorOf(store, error);
    }
    if (!again) continue;
    const what = bytes === null ? 'it is missing' : 'it has another length';
    throw corrupt(store, packKey(pack.index.id), what);
  }
}

function jobOf({ index, start, writes }: WantedPack): Omit<PackBytes, 'bytes' | 'again'> {
  return { packId: index.id, index: index.bytes, start, writes };
}

/** Part of the pack, where that is much less than all and the store can give it. */
async function readPack(
  store: ObjectStore,
  { index: { id, size }, start, end }: WantedPack,
  into: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  if (store.getRange !== undefined && end - start <= size / 2)
    return await store.getRange(packKey(id), { start, end }, { signal });
  const bytes = await store.get(packKey(id), { signal, into });
  if (bytes === null) return null;
  if (bytes.length !== size) return bytes.subarray(0, 0); // none of it can be believed
  return start === 0 && end === size ? bytes : bytes.subarray(start, end);
}

async function check(store: ObjectStore, { written }: LargeFile, work: Work): Promise<void> {
  try {
    await work.check(written);
  } catch (error) {
    throw errorOf(store, error);
  }
}

function errorOf(store: ObjectStore, error: unknown): unknown {
  if (!(error instanceof FaultError)) return error;
  const { fault } = error;
  if (fault.kind !== 'corrupt') return errorOfFault(fault);
  return corrupt(store, packKey(fault.where), fault.why, repairedByRemoval);
}

/** Who unpacks and checks. Who starts it closes it. */
export interface Work {
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
  readonly #threads = new Threads();

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
