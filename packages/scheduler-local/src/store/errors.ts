import { AIFlowError, errorCode, isAIFlowError, messageOf } from '@aiflow/core';

/**
 * What SQLite or the file system threw, as one of our errors: `scheduler.store_full`, `_unwritable`, `_corrupt` or,
 * for what has no better name, `_failed`. An error without a code is a mistake in
 * the program, and stays what it is. Result codes: https://www.sqlite.org/rescode.html
 */
export function storeError(thrown: unknown, file: string): Error {
  const code = errorCode(thrown);
  if (thrown instanceof Error && (isAIFlowError(thrown) || code === null)) return thrown;
  const options = { context: { file, found: code }, cause: thrown };
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE' || code === 'ENOSPC' || code === 'EDQUOT') {
    return new AIFlowError(
      'scheduler.store_full',
      `the disk that holds ${file} is full: nothing was recorded; free some space and try again`,
      options,
    );
  }
  if (code?.startsWith('SQLITE_CORRUPT') === true || code === 'SQLITE_NOTADB') {
    return new AIFlowError(
      'scheduler.store_corrupt',
      `${file} is not a readable SQLite database (${messageOf(thrown)}): put a backup in its place, or move it away ` +
        'with the files beside it that begin with its name to begin anew',
      options,
    );
  }
  if (code !== null && unwritable.test(code)) {
    return new AIFlowError(
      'scheduler.store_unwritable',
      `${file} cannot be opened for writing (${messageOf(thrown)}): make its directory writable, or name another file ` +
        'as the scheduler\'s "database"',
      options,
    );
  }
  return new AIFlowError(
    'scheduler.store_failed',
    `${file} could not be used: ${messageOf(thrown)}`,
    options,
  );
}

const unwritable =
  /^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|SQLITE_AUTH|EACCES|EPERM|EROFS|ENOTDIR|EISDIR|ENOENT|EEXIST|ELOOP|ENAMETOOLONG)/;
