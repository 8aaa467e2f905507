import { errorCode } from '@aiflow/core';
import Database from 'better-sqlite3';

/**
 * The right to be the one scheduler of a database: SQLite's own exclusive lock on a second, tiny database beside it.
 * The operating system takes it back when its holder dies, however it dies. It is not taken on the database itself,
 * so that other programs can read that one meanwhile.
 */
export interface StoreLock {
  /** Whether the database beside it has been set up before: then a missing one is a loss and not a beginning. */
  readonly wasSetUp: boolean;
  /** Remembers that the database has been set up. */
  markSetUp(): void;
  release(): void;
}

/** Takes the lock at `path`, or gives null when another scheduler, of this process or another, holds it. */
export function takeLock(path: string): StoreLock | null {
  const database = new Database(path, { timeout: 0 });
  try {
    database.pragma('locking_mode = EXCLUSIVE'); // keeps, until the database is closed, what a transaction has locked
    database.exec('BEGIN EXCLUSIVE; COMMIT');
  } catch (error) {
    database.close();
    if (errorCode(error)?.startsWith('SQLITE_BUSY') === true) return null;
    throw error;
  }
  return {
    wasSetUp: database.pragma('user_version', { simple: true }) === 1,
    markSetUp: () => void database.pragma('user_version = 1'),
    release: () => void database.close(),
  };
}
