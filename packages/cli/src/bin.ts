#!/usr/bin/env node
import { main } from './main.ts';

const streams = [process.stdout, process.stderr];
// Whoever reads may go away (`aiflow run … | head`): that is no reason to leave jobs alone. What is said then is lost.
for (const stream of streams) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
const exitCode = await main(process.argv.slice(2));
// A pipe that is read slowly still holds back some of what was written.
await Promise.all(streams.map(flush));
// Not by itself: jobs of an earlier run, which this one took up, may go on when it is done.
process.exit(exitCode);

/** Resolves when all that was written is out, or can never be. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => void stream.write('', () => resolve()));
}
