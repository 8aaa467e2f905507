// Imported into a process that is measured: writes down, at its end, the most memory that it had, in bytes.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { mostResident } from './most-resident.mjs';

const file = process.env['BENCH_MEMORY_FILE'];
if (isMainThread && file !== undefined) {
  process.on('exit', () => writeFileSync(file, String(mostResident())));
}
