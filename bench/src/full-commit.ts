import Database from 'better-sqlite3';
import { median } from './measure.ts';

/** What one commit of one row takes that SQLite itself makes durable (`synchronous=FULL`): the median, in milliseconds. */
export function fullCommits(file: string, count: number): number {
  const database = new Database(file);
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.exec('CREATE TABLE IF NOT EXISTS notes (note TEXT)');
    const insert = database.prepare('INSERT INTO notes VALUES (?)');
    const times = Array.from({ length: count }, () => {
      const began = performance.now();
      insert.run('a note of some length, as an event has');
      return performance.now() - began;
    });
    return median(times);
  } finally {
    database.close();
  }
}
