import type { BigIntStats } from 'node:fs';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, rmSync } from 'node:fs';
import type { NewEvent } from '@aiflow/core';
import { isJsonObject, messageOf } from '@aiflow/core';

/** What a job may say in a file: one event. */
type OutboxEvent = Pick<NewEvent, 'key' | 'value' | 'eventType' | 'namespace'>;

/** An event that a job left, and the file that it stands in. */
export interface OutboxItem {
  readonly path: string;
  /** Which file this is, also if its name is used again: what makes sure that its event is taken once. */
  readonly identity: string;
  readonly event: OutboxEvent;
}

const longest = 1024n * 1024n;
const fields = ['key', 'value', 'event_type', 'namespace'];

/**
 * Reads one file of an outbox; gives null when it is gone. Throws, with the reason as its message, for what is no
 * event. Jobs write these files: a link is not followed, a pipe is not waited for, and no more than 1 MB is read.
 */
export function readOutboxFile(path: string): OutboxItem | null {
  const file = open(path);
  if (file === null) return null;
  try {
    const stat = fstatSync(file, { bigint: true });
    if (!stat.isFile()) throw new Error('it is no file');
    if (stat.size > longest) throw new Error(`it has ${stat.size} bytes, and ${longest} is the most`);
    const bytes = Buffer.alloc(Number(stat.size));
    const event = parseEvent(bytes.toString('utf8', 0, readSync(file, bytes)));
    return { path, identity: identityOf(stat), event };
  } finally {
    closeSync(file);
  }
}

/** Removes the file, unless another one has its name by now. Harmless when it is gone. */
export function removeOutboxFile({ path, identity }: Pick<OutboxItem, 'path' | 'identity'>): void {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stat !== undefined && identityOf(stat) === identity) rmSync(path, { force: true });
}

function identityOf({ ino, mtimeNs }: BigIntStats): string {
  return `${ino} ${mtimeNs}`;
}

function open(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw code === 'ELOOP' ? new Error('it is a link') : error;
  }
}

function parseEvent(text: string): OutboxEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${messageOf(error)}`, { cause: error });
  }
  if (!isJsonObject(value)) throw new Error('it must hold an object');
  const unknown = Object.keys(value).find((name) => !fields.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `it has the field ${JSON.stringify(unknown.slice(0, 40))}, and only ${fields.join(', ')} are read`,
    );
  }
  const { key, value: content, event_type: eventType, namespace } = value;
  if (typeof key !== 'string' || typeof content !== 'string')
    throw new Error('its key and value must be texts');
  if (!isOptionalText(eventType) || !isOptionalText(namespace)) {
    throw new Error('its event_type and namespace must be texts where they are given');
  }
  return {
    key,
    value: content,
    ...(eventType !== undefined && { eventType }),
    ...(namespace !== undefined && { namespace }),
  };
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
