import { abortable } from '@aiflow/core';
import { Buffers } from './buffers.ts';
import type { BuiltPack, PackSink } from './build-packs.ts';
import { PackTools, buildPacks, roomOfPack } from './build-packs.ts';
import { forEachLimit } from './concurrency.ts';
import { errorOfFault } from './fault-error.ts';
import { FaultError } from './fault.ts';
import { indexKey, packKey } from './keys.ts';
import type { ObjectStore } from './object-store.ts';
import type { PartedFile } from './pack-index.ts';
import { planPacks } from './plan-packs.ts';
import type { WantedFile } from './read-project.ts';
import { toColumns } from './read-project.ts';
import type { ToThread } from './thread-messages.ts';
import type { Said } from './threads.ts';
import { Threads } from './threads.ts';

/** How many packs are held in memory: those that are filled and those that are on their way. */
const packsInMemory = 3;
/** With less than this to send, threads would take longer to begin than the work takes. */
const few = { files: 400, bytes: 8 * 1024 * 1024 };

export interface SentPacks {
  readonly packIds: readonly string[];
  /** The large files that were sent, with all of their parts. */
  readonly files: readonly PartedFile[];
}

/**
 * Reads the files, and puts packs that hold them. Of large files, parts that are `known` are not sent. A file that is
 * not what it should be is `blob.changed`.
 */
export async function sendPacks(
  store: ObjectStore,
  files: readonly WantedFile[],
  known: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<SentPacks> {
  if (files.length === 0) return { packIds: [], files: [] };
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const isFew = files.length <= few.files && bytes <= few.bytes;
  const threads = isFew ? null : new Threads();
  const tools = new PackTools();
  try {
    return await sendAll(store, planPacks(files), threads, signal, async (job, sink) => {
      if (threads === null) await buildPacks(job, known, tools, sink);
      else {
        const { needsSha256 } = sink;
        await packInThread(threads, { kind: 'build', files: toColumns(job), known, needsSha256 }, sink);
      }
    });
  } finally {
    await threads?.close();
  }
}

/**
 * Puts the packs that are built for each job, and then the packs' indexes; what an index names is in the store, so
 * whatever an upload that breaks has put is found by the next. As many jobs are built for at a time as there are
 * threads, which are ended when something fails.
 */
export async function sendAll<Job>(
  store: ObjectStore,
  jobs: readonly Job[],
  threads: Threads | null,
  signal: AbortSignal | undefined,
  build: (job: Job, sink: PackSink) => Promise<void>,
): Promise<SentPacks> {
  const sending = new Sending(store, signal);
  // A thread that waits for a buffer, or is far from its end, is not waited for.
  sending.signal.addEventListener('abort', () => void threads?.close(), { once: true });
  try {
    await forEachLimit(jobs, threads?.size ?? 1, sending.signal, async (job) => {
      try {
        await build(job, sending);
      } catch (error) {
        sending.fail(error);
        throw error;
      }
    });
  } catch (error) {
    sending.fail(error);
  } finally {
    await sending.settled();
    sending.freeBuffers();
  }
  signal?.throwIfAborted();
  if (sending.failure !== null) throw errorOf(sending.failure.error);
  return { packIds: sending.packIds, files: sending.files };
}

function errorOf(error: unknown): unknown {
  return error instanceof FaultError && error.fault.kind !== 'corrupt' ? errorOfFault(error.fault) : error;
}

/** Has a thread build packs, and gives it the buffers for them; what else it says is for `onSaid`. */
export async function packInThread(
  threads: Threads,
  message: ToThread,
  sink: PackSink,
  onSaid: (said: Said) => void = () => undefined,
): Promise<void> {
  await threads.run(message, [], (said, reply) => {
    if (said.kind === 'built') sink.emit(said.pack);
    else if (said.kind === 'unused') sink.giveBack(said.buffer);
    else if (said.kind === 'wants-buffer') {
      const give = (buffer: ArrayBuffer): void => reply({ kind: 'buffer', buffer }, [buffer]);
      // There is none when something has failed, and the thread is ended then.
      void sink.buffer().then(give, () => undefined);
    } else onSaid(said);
  });
}

/** Puts packs as they come, beside each other, and says what was put. */
class Sending implements PackSink {
  readonly packIds: string[] = [];
  readonly files: PartedFile[] = [];
  readonly signal: AbortSignal;
  readonly needsSha256: boolean;
  /** What went wrong first. */
  failure: { readonly error: unknown } | null = null;
  readonly #store: ObjectStore;
  readonly #buffers = new Buffers(packsInMemory, () => new ArrayBuffer(roomOfPack));
  readonly #failing = new AbortController();
  readonly #puts = new Set<Promise<void>>();

  constructor(store: ObjectStore, signal: AbortSignal | undefined) {
    this.#store = store;
    this.needsSha256 = store.needsSha256 === true;
    this.signal =
      signal === undefined ? this.#failing.signal : AbortSignal.any([signal, this.#failing.signal]);
  }

  async buffer(): Promise<ArrayBuffer> {
    return await abortable(this.#buffers.take(), this.signal);
  }

  giveBack(buffer: ArrayBuffer): void {
    this.#buffers.give(buffer);
  }

  emit(pack: BuiltPack): void {
    const put = this.#put(pack)
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.#puts.delete(put));
    this.#puts.add(put);
  }

  /** Ends all that is under way. */
  fail(error: unknown): void {
    this.failure ??= { error };
    this.#failing.abort(error);
  }

  /** Resolves when no put is under way. */
  async settled(): Promise<void> {
    while (this.#puts.size > 0) await Promise.all(this.#puts);
  }

  /** Gives their memory back at once: what follows needs memory too, and a collector would let it wait. */
  freeBuffers(): void {
    for (const buffer of this.#buffers.takeUnused()) buffer.transfer(0);
  }

  async #put({ id, buffer, length, sha256, index, files }: BuiltPack): Promise<void> {
    const options = { signal: this.signal };
    await this.#store.put(packKey(id), new Uint8Array(buffer, 0, length), { ...options, sha256 });
    this.#buffers.give(buffer);
    await this.#store.put(indexKey(id), index, options);
    this.packIds.push(id);
    this.files.push(...files);
  }
}
