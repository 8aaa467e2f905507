import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's heap near to what is alive, for as long as this process lives. The space for new objects stays as it is,
 * 4 MB when a command has been loaded; on a machine with much memory it would become 128 MB. The rest is looked through
 * when it is twice as large as what was alive, and not several times. Set here because V8 takes its limits only when it
 * starts, and a second start of Node would cost every command its time; but it asks before each growth by how much.
 */
export function boundMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=100');
}
