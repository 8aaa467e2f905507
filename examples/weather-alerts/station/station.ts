import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import type { EventLog } from '@aiflow/core';
import type { Day } from './days.ts';
import { columns, eventOf } from './days.ts';

const fileName = 'days.csv';

/** How many days the station has written into the file that the jobs read; a line that was cut off is not one. */
export function countWritten(directory: string): number {
  const file = join(directory, fileName);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 2 : 0;
}

/** What measures: it writes each day into the file that the jobs read, and then says that it is there. */
export class Station {
  readonly #file: string;
  #written: number;

  /** `directory` is where the jobs look; what an earlier process wrote there stays. */
  constructor(directory: string) {
    this.#file = join(directory, fileName);
    mkdirSync(directory, { recursive: true });
    if (!existsSync(this.#file)) append(this.#file, `${columns}\n`);
    // A process that was killed may have left a part of a line.
    const text = readFileSync(this.#file, 'utf8');
    truncateSync(this.#file, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
    this.#written = countWritten(directory);
  }

  /** Sent twice, a day is neither written nor told twice. */
  async send(day: Day, events: EventLog): Promise<void> {
    if (day.number > this.#written) {
      append(this.#file, `${day.line}\n`);
      this.#written = day.number;
    }
    await events.publish([eventOf(day)]);
  }
}

/** On the disk when it returns: the event that follows is. */
function append(file: string, text: string): void {
  const handle = openSync(file, 'a');
  try {
    appendFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
