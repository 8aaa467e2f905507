// The body of a thread of `threads.ts`: it loads nothing but Node, so that it begins at once.
import { parentPort } from 'node:worker_threads';
import { PackRoom, buildPacks } from './build-packs.ts';
import { FaultError } from './fault.ts';
import { freeBytes } from './free-bytes.ts';
import { ProjectReader, fromColumns } from './read-project.ts';
import type { FromThread, ToThread } from './thread-messages.ts';
import type { PackBytes } from './unpack.ts';
import { checkWritten, unpack } from './unpack.ts';

if (parentPort === null) throw new Error('this file is the body of a thread');
const port = parentPort;
const reader = new ProjectReader();
const room = new PackRoom();
let giveBuffer: ((buffer: ArrayBuffer) => void) | null = null;

port.on('message', (message: ToThread) => {
  if (message.kind === 'buffer') giveBuffer?.(message.buffer);
  else void work(message);
});

async function work(message: Exclude<ToThread, { readonly kind: 'buffer' }>): Promise<void> {
  try {
    switch (message.kind) {
      case 'build':
        await buildPacks(
          fromColumns(message.files),
          message.known,
          { reader, room },
          { needsSha256: message.needsSha256, buffer: askForBuffer, emit },
        );
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
    say({ kind: 'fault', fault: error.fault });
    return;
  }
  say({ kind: 'done' });
}

function unpackAndFree(pack: PackBytes): void {
  try {
    unpack(pack);
  } finally {
    freeBytes(pack.bytes);
  }
}

async function askForBuffer(): Promise<ArrayBuffer> {
  return await new Promise((resolve) => {
    giveBuffer = resolve;
    say({ kind: 'wants-buffer' });
  });
}

function emit(pack: Parameters<Parameters<typeof buildPacks>[3]['emit']>[0]): void {
  say({ kind: 'built', pack }, [pack.buffer, pack.index.buffer]);
}

function say(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
