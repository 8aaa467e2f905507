#!/usr/bin/env node
import { exitCodes } from './exit-codes.ts';
import { main } from './main.ts';

const streams = [process.stdout, process.stderr];
/** Why what was printed could not be written, other than that nobody reads it any more. */
const unwritten: Error[] = [];
// Whoever reads may go away (`aiflow run … | head`, a terminal that is closed), and a disk may be full: that is no
// reason to leave jobs alone. What is said then is lost.
for (const stream of streams) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') unwritten.push(error);
  });
}
// A call that waits for something that keeps no process alive must not end in the middle.
const alive = setInterval(() => undefined, 2 ** 30);
let exitCode = await main(process.argv.slice(2));
clearInterval(alive);
// A pipe that is read slowly still holds back some of what was written.
await Promise.all(streams.map(flush));
const [first] = unwritten;
if (first !== undefined) {
  process.stderr.write(`error: not all output could be written: ${first.message}\n`);
  if (exitCode === exitCodes.ok) exitCode = exitCodes.failed;
}
// Not by itself: jobs of an earlier run, which this one took up, may go on when it is done.
process.exit(exitCode);

/** Resolves when all that was written is out, or can never be. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => void stream.write('', () => resolve()));
}
