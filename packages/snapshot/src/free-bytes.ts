// Runs in threads: it loads nothing but Node.

/** Smaller ones may share their memory with others, and are soon collected. */
const worthIt = 64 * 1024;

/**
 * Gives the memory of bytes back at once, which nobody may use any more. Left to the garbage collector, which does not
 * feel how much such memory there is, many megabytes of it would wait.
 */
export function freeBytes(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength > worthIt && !buffer.detached) buffer.transfer(0);
}
