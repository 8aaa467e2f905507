import type { ByteRange } from '@aiflow/snapshot';
import type { Caller, Operation, Reply } from './caller.ts';
import type { Failure } from './failure.ts';
import { failureWith, memberOf, parsed } from './failure.ts';
import type { FileStatus } from './file-status.ts';
import { readListing, readStatus, readStatuses } from './file-status.ts';

type Signal = AbortSignal | undefined;

export type RenameOption = 'OVERWRITE' | 'NONE';

export interface Renaming {
  /** `absent`: there is no source, or no directory to rename it into. `taken`: a file is there, and stays. */
  readonly outcome: 'renamed' | 'absent' | 'taken';
  /** Whether an earlier attempt may have renamed it without our having been told. */
  readonly isUncertain: boolean;
}

/**
 * The operations of WebHDFS that a store needs, by absolute paths. `signal` comes last and ends a call.
 * https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html
 */
export class WebHdfs {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /**
   * Writes a new file and resolves when the disks of its DataNodes have it. `path` is asked for a path where nothing
   * is, anew at each attempt: an earlier attempt that is late then cannot touch what a later one wrote.
   */
  async create(path: () => string, bytes: Uint8Array, signal: Signal): Promise<void> {
    const parameters = { overwrite: 'false', createflag: 'CREATE,SYNC_BLOCK' };
    await this.#caller.call({ name: 'CREATE', method: 'PUT', path, parameters, body: bytes }, signal);
  }

  /** The bytes of a file; null when there is none. Behind its end there are none. */
  async open(path: string, range: ByteRange | null, signal: Signal): Promise<Uint8Array | null> {
    const parameters: Record<string, string> =
      range === null ? {} : { offset: String(range.start), length: String(range.end - range.start) };
    const accepts = (failure: Failure): boolean =>
      isAbsent(failure) || (range !== null && isBehindEnd(failure));
    const operation: Operation = { name: 'OPEN', method: 'GET', path: () => path, parameters, accepts };
    const { failure, body } = await this.#caller.call(operation, signal);
    return failure !== null && isAbsent(failure) ? null : body;
  }

  /** Null when there is nothing. */
  async status(path: string, signal: Signal): Promise<FileStatus | null> {
    const operation: Operation = {
      name: 'GETFILESTATUS',
      method: 'GET',
      path: () => path,
      accepts: isAbsent,
    };
    const reply = await this.#caller.call(operation, signal);
    if (reply.failure !== null) return null;
    return readStatus(reply.body) ?? this.#refuse(operation, reply);
  }

  /** What a directory holds, page by page; nothing when there is none. */
  async *list(path: string, signal: Signal): AsyncGenerator<readonly FileStatus[], void, undefined> {
    const operation: Operation = {
      name: 'LISTSTATUS_BATCH',
      method: 'GET',
      path: () => path,
      accepts: (failure) => isAbsent(failure) || isUnknown(failure),
    };
    for (let startAfter = ''; ;) {
      const reply: Reply = await this.#caller.call({ ...operation, parameters: { startAfter } }, signal);
      if (reply.failure !== null && isUnknown(reply.failure)) return yield* this.#listAtOnce(path, signal);
      if (reply.failure !== null) return;
      const { entries, remaining } = readListing(reply.body) ?? this.#refuse(operation, reply);
      yield entries;
      const last = entries.at(-1);
      if (remaining === 0 || last === undefined) return;
      startAfter = last.name;
    }
  }

  /** As a server does that knows no pages. */
  async *#listAtOnce(path: string, signal: Signal): AsyncGenerator<readonly FileStatus[], void, undefined> {
    const operation: Operation = {
      name: 'LISTSTATUS',
      method: 'GET',
      path: () => path,
      accepts: isAbsent,
    };
    const reply = await this.#caller.call(operation, signal);
    if (reply.failure === null) yield readStatuses(reply.body) ?? this.#refuse(operation, reply);
  }

  /** Makes a directory and those above it; harmless when it is there. */
  async makeDirectories(path: string, signal: Signal): Promise<void> {
    const operation: Operation = { name: 'MKDIRS', method: 'PUT', path: () => path };
    this.#readBoolean(operation, await this.#caller.call(operation, signal));
  }

  /**
   * Renames a file in one step. `OVERWRITE` puts it in the place of a file that is there, so that a reader finds the
   * one or the other; with `NONE` that file stays. It is what `FileContext` does, and not the plain rename, which
   * moves a file *into* a directory of that name.
   */
  async rename(from: string, to: string, option: RenameOption, signal: Signal): Promise<Renaming> {
    const operation: Operation = {
      name: 'RENAME',
      method: 'PUT',
      path: () => from,
      parameters: { destination: to, renameoptions: option },
      accepts: ({ exception }) => exception !== null && renameAnswers.has(exception),
    };
    const { failure, isUncertain } = await this.#caller.call(operation, signal);
    if (failure === null) return { outcome: 'renamed', isUncertain };
    if (isAbsent(failure)) return { outcome: 'absent', isUncertain };
    if (failure.exception === 'FileAlreadyExistsException') return { outcome: 'taken', isUncertain };
    throw this.#caller.error(operation, failure); // a directory is there, mostly: that does not pass
  }

  /**
   * Deletes a file or an empty directory. False when there is none, or when a directory is not empty. `isOnce` gives
   * up at the first failure.
   */
  async delete(
    path: string,
    signal: Signal,
    { isOnce = false }: { readonly isOnce?: boolean } = {},
  ): Promise<boolean> {
    const operation: Operation = {
      name: 'DELETE',
      method: 'DELETE',
      path: () => path,
      isOnce,
      accepts: ({ exception }) => exception === 'PathIsNotEmptyDirectoryException',
    };
    const reply = await this.#caller.call(operation, signal);
    return reply.failure === null && this.#readBoolean(operation, reply);
  }

  #readBoolean(operation: Operation, reply: Reply): boolean {
    const value = memberOf(parsed(reply.body), 'boolean');
    return typeof value === 'boolean' ? value : this.#refuse(operation, reply);
  }

  #refuse(operation: Operation, reply: Reply): never {
    const reason = 'it answered something that is not WebHDFS';
    throw this.#caller.error(operation, failureWith(reply.url, reason));
  }
}

const renameAnswers = new Set(['FileAlreadyExistsException', 'FileNotFoundException', 'IOException']);

/** Hadoop says so; a 404 of another server does not count. */
function isAbsent({ exception }: Failure): boolean {
  return exception === 'FileNotFoundException';
}

/** Hadoop before 3 has no LISTSTATUS_BATCH. */
function isUnknown({ status, exception }: Failure): boolean {
  return status === 400 && exception === 'IllegalArgumentException';
}

function isBehindEnd({ exception, reason }: Failure): boolean {
  return exception === 'IOException' && reason.includes('out of the range');
}
