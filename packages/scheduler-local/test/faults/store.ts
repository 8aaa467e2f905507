import Database from 'better-sqlite3';
import type { Faults } from './faults.ts';

interface Statement {
  readonly source: string;
  run: (this: Statement, ...parameters: unknown[]) => unknown;
}

/**
 * Makes what SQLite is asked to write fail as a disk does: 5 % of the commits, each of which holds many calls, and
 * 0.1 % of the statements in them. Gives what takes that back.
 */
export function strikeStore(faults: Pick<Faults, 'strike'>): () => void {
  const probe = new Database(':memory:');
  const prototype = Object.getPrototypeOf(probe.prepare('SELECT 1')) as Statement;
  probe.close();
  const { run } = prototype;
  prototype.run = function (...parameters) {
    const strike = strikeOn(this.source, faults);
    if (strike === 'before') throw ioError();
    const outcome = run.apply(this, parameters);
    if (strike === 'after') throw ioError();
    return outcome;
  };
  return () => {
    prototype.run = run;
  };
}

function strikeOn(source: string, faults: Pick<Faults, 'strike'>): ReturnType<Faults['strike']> {
  // SQLite begins a transaction or says that it did not, and a rollback needs no disk.
  if (source.startsWith('BEGIN') || source === 'ROLLBACK') return null;
  return source === 'COMMIT' ? faults.strike('a commit', 0.05) : faults.strike('a statement', 0.001);
}

function ioError(): Error {
  return new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC');
}
