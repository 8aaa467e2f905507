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
export function readOutbox(
  directory: string,
  logger: Logger,
  after: string = '',
  names: readonly string[] = namesIn(directory, logger),
): OutboxItem[] {
  const items: OutboxItem[] = [];
  for (const name of names.filter((one) => one.endsWith('.json'))) {
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

/** The files in an outbox that are not being written, in order. */
export function namesIn(directory: string, logger: Logger): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => !name.startsWith('.'))
      .toSorted();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') logger.warn(`${directory} cannot be read: ${messageOf(error)}`);
    return [];
  }
}

/** Tells of what a job that has ended left under names from which no event is taken, and that no dot begins. */
export function tellUntaken(directory: string, names: readonly string[], logger: Logger): void {
  const untaken = names.filter((name) => !/\.json(\.bad)?$/.test(name));
  const [first] = untaken;
  if (first === undefined) return;
  const others = untaken.length === 1 ? '' : ` (and ${untaken.length - 1} more there)`;
  logger.warn(
    `${join(directory, first)}${others} was not published: rename a file of the outbox so that its name ends in .json`,
  );
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
