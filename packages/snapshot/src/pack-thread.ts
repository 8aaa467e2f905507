// The body of a thread of `threads.ts`: it loads nothing but Node, so that it begins at once.
import { parentPort } from 'node:worker_threads';
import { Buffers } from './buffers.ts';
import type { PackSink } from './build-packs.ts';
import { PackTools, buildPacks, packUnknown } from './build-packs.ts';
import { FaultError } from './fault.ts';
import { freeBytes } from './free-bytes.ts';
import { largestPack } from './pack-index.ts';
import { fromColumns } from './read-project.ts';
import { SharedHashes } from './shared-hashes.ts';
import type { About, FromThread, PackToRead, ToThread } from './thread-messages.ts';
import { packsOfThread } from './thread-messages.ts';
import type { PackBytes } from './unpack.ts';
import { checkWritten, unpack } from './unpack.ts';

if (parentPort === null) throw new Error('this file is the body of a thread');
const port = parentPort;
const tools = new PackTools();
/** What packs are read into; no memory is shared with another thread, as that is copied several times slower. */
const buffers = new Buffers(packsOfThread, () => Buffer.allocUnsafeSlow(largestPack));
/** Who waits for a buffer, by what it builds. */
const waiting = new Map<number, (buffer: ArrayBuffer) => void>();

port.on('message', ({ run, message }: About<ToThread>) => {
  if (message.kind !== 'buffer') return void work(run, message);
  waiting.get(run)?.(message.buffer);
  waiting.delete(run);
});

async function work(run: number, message: Exclude<ToThread, { readonly kind: 'buffer' }>): Promise<void> {
  try {
    switch (message.kind) {
      case 'build':
        await buildPacks(fromColumns(message.files), message.known, tools, sinkOf(run, message));
        break;
      case 'read': {
        const known = new SharedHashes(message.known);
        const hashes = await packUnknown(message.files, known, tools, sinkOf(run, message));
        say(run, { kind: 'hashes', hashes });
        break;
      }
      case 'fetch':
        await fetchAndUnpack(run, message);
        break;
      case 'unpack':
        unpackAndFree(message);
        break;
      case 'check':
        checkWritten(message.file);
        break;
    }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error; // ends the thread, which its owner sees
    say(run, { kind: 'fault', fault: error.fault });
    return;
  }
  say(run, { kind: 'done' });
}

async function fetchAndUnpack(run: number, { request, size, ...pack }: PackToRead): Promise<void> {
  const { fetchWhole } = await import('./fetch-whole.ts');
  const buffer = await buffers.take();
  try {
    const bytes = buffer.subarray(0, size);
    if (bytes.length === size && (await fetchWhole(request, bytes))) unpack({ ...pack, bytes });
    else say(run, { kind: 'not-fetched' });
  } finally {
    buffers.give(buffer);
  }
}

function unpackAndFree(pack: PackBytes): void {
  try {
    unpack(pack);
  } finally {
    freeBytes(pack.bytes);
  }
}

function sinkOf(run: number, { needsSha256 }: { readonly needsSha256: boolean }): PackSink {
  return {
    needsSha256,
    buffer: async () =>
      await new Promise((resolve) => {
        waiting.set(run, resolve);
        say(run, { kind: 'wants-buffer' });
      }),
    giveBack: (buffer) => say(run, { kind: 'unused', buffer }, [buffer]),
    emit: (pack) => say(run, { kind: 'built', pack }, [pack.buffer, pack.index.buffer]),
  };
}

function say(run: number, message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage({ run, message } satisfies About<FromThread>, transfer);
}
