import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { AIFlowError } from '@aiflow/core';
import Database from 'better-sqlite3';
import { storeError } from './errors.ts';
import type { StoreLock } from './lock.ts';
import { takeLock } from './lock.ts';
import { applicationId, migrations } from './schema.ts';

const syncFile = promisify(fdatasync);

/**
 * The open database of the one scheduler that may use it. A commit is appended to SQLite's write-ahead log and is not
 * durable yet: `synchronous=FULL` would wait for the disk in this thread after each one. `sync` asks the same of the
 * disk (fdatasync(2) of the log) and lets this thread work meanwhile. What is torn off in the log's end by a failing
 * machine is recognised by its checksums, and checkpoints sync the log before they use it:
 * https://www.sqlite.org/wal.html
 */
export interface OpenDatabase {
  readonly file: string;
  readonly connection: Database.Database;
  /**
   * Makes durable what was committed before the call, while this thread goes on. Rejects with `scheduler.store_missing`
   * when the file is not in its place any more, and with what the system says.
   */
  sync(): Promise<void>;
  /** The same, and waits for it. */
  syncNow(): void;
  /** Lets go of the file and of the lock. A second call does nothing. */
  close(): void;
}

/**
 * Opens, or makes, the database at `path` and brings it to the newest schema. Throws `scheduler.busy` when another
 * scheduler has it, `scheduler.store_newer` when a newer release wrote it, `scheduler.store_missing` when it was here
 * before and is gone or empty, `scheduler.store_foreign` when it belongs to another program, and what
 * {@link storeError} says.
 */
export function openDatabase(path: string): OpenDatabase {
  const file = resolve(path);
  try {
    mkdirSync(dirname(file), { recursive: true });
    checkFile(file);
    const lockFile = `${realFile(file)}.lock`;
    const lock = takeLock(lockFile);
    if (lock === null) throw busy(file);
    try {
      return openLocked(file, lock, lockFile);
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw storeError(error, file);
  }
}

function openLocked(file: string, lock: StoreLock, lockFile: string): OpenDatabase {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0 && lock.wasSetUp) {
    throw new AIFlowError(
      'scheduler.store_missing',
      `${file} was set up before and is now missing or empty: put it back, or remove ${lockFile} to begin anew`,
      { context: { file } },
    );
  }
  const connection = new Database(file, { timeout: 1000 });
  const real = realFile(file);
  const logFile = `${real}-wal`;
  let log: number;
  try {
    prepare(connection, file);
    connection
      .prepare(
        "INSERT INTO meta (key, value) VALUES ('holder_pid', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      )
      .run(String(process.pid));
    if (!lock.wasSetUp) lock.markSetUp();
    log = openSync(logFile, 'r');
    connection.pragma('synchronous = NORMAL');
  } catch (error) {
    connection.close();
    throw error;
  }
  const opened = [real, logFile].map(identityOf);
  /** What is durable in a file that nobody finds any more is lost. */
  const checkPlace = (): void => {
    if ([real, logFile].every((path, at) => identityOf(path) === opened[at])) return;
    throw new AIFlowError(
      'scheduler.store_missing',
      `${file} was removed or replaced while a scheduler used it: what it held since its last backup is lost`,
      { context: { file } },
    );
  };
  let isOpen = true;
  return {
    file,
    connection,
    sync: async () => {
      await syncFile(log);
      checkPlace();
    },
    syncNow: () => {
      fdatasyncSync(log);
      checkPlace();
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      try {
        closeSync(log);
        connection.close();
      } finally {
        lock.release();
      }
    },
  };
}

/** Which file is at a path now. */
function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev} ${found.ino}`;
}

/** Where the file lies, or will: one database has one lock, whatever links lead to it. */
function realFile(file: string): string {
  const path = join(realpathSync(dirname(file)), basename(file));
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path;
  return realFile(resolve(dirname(path), readlinkSync(path)));
}

function prepare(connection: Database.Database, file: string): void {
  const version = Number(connection.pragma('user_version', { simple: true }));
  const owner = Number(connection.pragma('application_id', { simple: true }));
  const tables = Number(connection.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  if (owner !== applicationId && (owner !== 0 || version !== 0 || tables > 0)) {
    throw new AIFlowError(
      'scheduler.store_foreign',
      `${file} is the database of another program: name another file as the scheduler's "database"`,
      { context: { file } },
    );
  }
  if (version > migrations.length) {
    throw new AIFlowError(
      'scheduler.store_newer',
      `${file} has schema ${version} and this release knows up to ${migrations.length}: install a newer ` +
        '@aiflow/scheduler-local, or name another file as the scheduler\'s "database"',
      { context: { file, found: version, known: migrations.length } },
    );
  }
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL'); // for what is set up, and for the log's own entry in its directory
  connection.pragma('wal_autocheckpoint = 4000');
  connection.pragma('cache_size = -8000'); // in KiB: what is asked for is nearly always what was written last
  connection.pragma('temp_store = MEMORY');
  migrations.slice(version).forEach((statements, index) => {
    connection.transaction(() => {
      connection.exec(statements);
      connection.pragma(`application_id = ${applicationId}`);
      connection.pragma(`user_version = ${version + index + 1}`);
    })();
  });
}

/** Refuses what is there and is not a file, before anything is put beside it. */
function checkFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  throw new AIFlowError(
    'scheduler.store_unwritable',
    `${file} must be a file, and ${found.isDirectory() ? 'a directory' : 'something else'} is there: move it away, or ` +
      'name another file as the scheduler\'s "database"',
    { context: { file } },
  );
}

function busy(file: string): AIFlowError {
  const pid = holderOf(file);
  const holder = pid === null ? 'another scheduler' : `the scheduler of process ${pid}`;
  return new AIFlowError(
    'scheduler.busy',
    `${file} is in use by ${holder}: stop that one first, or name another file as the scheduler's "database"`,
    { context: { file, pid } },
  );
}

/** Who wrote down that it holds the database; null when that cannot be read, for it only makes a message better. */
function holderOf(file: string): number | null {
  try {
    const connection = new Database(file, { readonly: true, fileMustExist: true, timeout: 100 });
    try {
      const pid = Number(connection.prepare("SELECT value FROM meta WHERE key = 'holder_pid'").pluck().get());
      return Number.isInteger(pid) && pid > 0 ? pid : null;
    } finally {
      connection.close();
    }
  } catch {
    return null;
  }
}
