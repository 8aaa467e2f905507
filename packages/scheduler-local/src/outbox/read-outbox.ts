import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@aiflow/core';
import { errorCode, messageOf } from '@aiflow/core';
import type { OutboxItem } from './outbox-file.ts';
import { readOutboxFile } from './outbox-file.ts';

/** As many as one transaction takes. */
export const mostAtOnce = 1000;

/** Faults of the machine, not of the file. */
const passing: readonly (string | null)[] = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'EIO'];

/**
 * The events in an outbox, in the order of the files' names, at most 1000, of those behind `after`. Files whose names
 * begin with a dot are being written. What is no event is put aside as `NAME.bad`, with the reason in the log, and hinders nothing.
 */
export function readOutbox(directory: string, logger: Logger, after: string = ''): OutboxItem[] {
  const items: OutboxItem[] = [];
  for (const name of namesIn(directory, logger)) {
    const path = join(directory, name);
    if (items.length === mostAtOnce) break;
    if (path <= after) continue;
    try {
      const item = readOutboxFile(path);
      if (item !== null) items.push(item);
    } catch (error) {
      if (passing.includes(errorCode(error))) return items; // the next look finds it
      putAside(path, messageOf(error), logger);
    }
  }
  return items;
}

function namesIn(directory: string, logger: Logger): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .toSorted();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') logger.warn(`${directory} cannot be read: ${messageOf(error)}`);
    return [];
  }
}

function putAside(path: string, reason: string, logger: Logger): void {
  const aside = `${path}.bad`;
  try {
    renameSync(path, aside);
    logger.error(`${path} is no event: ${reason}; it was put aside as ${aside}`);
  } catch (error) {
    logger.error(`${path} is no event: ${reason}; nor could it be put aside: ${messageOf(error)}`);
  }
}
