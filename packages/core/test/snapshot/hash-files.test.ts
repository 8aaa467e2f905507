import { createHash, hash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { StoreFiles } from '../../src/snapshot/blob-manager.ts';
import type { FileStat } from '../../src/snapshot/file-stat.ts';
import { fileStat } from '../../src/snapshot/file-stat.ts';
import { FileTable } from '../../src/snapshot/file-table.ts';
import { hashFiles } from '../../src/snapshot/hash-files.ts';
import { isWorthThreads } from '../../src/snapshot/hash-in-threads.ts';
import { Bench } from './project-tree.ts';

let at = new Bench();
afterEach(() => at.dispose());

const statOf = (path: string): FileStat => fileStat(lstatSync(join(at.project, path)));

/** The files as they are seen now. */
function seen(paths: readonly string[]): FileTable {
  const files = new FileTable();
  for (const path of paths) files.add(path, statOf(path));
  return files;
}

/** So many files that threads hash them. */
function many(): string[] {
  at = new Bench();
  const paths = Array.from({ length: 2_100 }, (_, number) => String(number));
  for (const [number, path] of paths.entries())
    writeFileSync(join(at.project, path), `content ${number}`.repeat(number % 50));
  return paths;
}

test('many files get the hashes of their contents, each its own', async () => {
  const paths = many();
  const files = seen(paths);
  expect(isWorthThreads(files)).toBe(true);
  const { hashes, problems, read } = await hashFiles(at.project, files, null, {});
  expect([problems, read]).toEqual([[], paths.length]);
  expect(hashes).toEqual(paths.map((path) => hash('sha256', readFileSync(join(at.project, path)), 'hex')));
  expect(files.rows()).toEqual(seen(paths).rows());
});

test('large files are hashed in threads beside each other', async () => {
  at = new Bench({ small: 'x' });
  const size = 40 * 1024 * 1024;
  for (const name of ['zeros', 'more-zeros']) {
    writeFileSync(join(at.project, name), '');
    truncateSync(join(at.project, name), size);
  }
  const files = seen(['zeros', 'small', 'more-zeros']);
  expect(isWorthThreads(files)).toBe(true);
  const { hashes } = await hashFiles(at.project, files, null, {});
  const zeros = createHash('sha256').update(Buffer.alloc(size)).digest('hex');
  expect(hashes).toEqual([zeros, hash('sha256', 'x', 'hex'), zeros]);
});

test('what is wrong with some of many files is named, and the others have their hashes', async () => {
  const paths = many();
  const files = seen(paths);
  rmSync(join(at.project, '7'));
  rmSync(join(at.project, '2000'));
  mkdirSync(join(at.project, '2000'));
  writeFileSync(join(at.project, '3'), 'other content');
  const { hashes, problems } = await hashFiles(at.project, files, null, {});
  expect(problems.map(({ path, code }) => [path, code])).toEqual([
    ['7', 'snapshot.changed'],
    ['2000', 'snapshot.unreadable'],
  ]);
  expect(paths.filter((_, place) => hashes[place] === '')).toEqual(['7', '2000']);
  // As it is now, and not as it was seen.
  expect([hashes[3], files.stat(3)]).toEqual([hash('sha256', 'other content', 'hex'), statOf('3')]);
});

test('a signal ends the threads at once, with its reason', async () => {
  at = new Bench({ large: '' });
  truncateSync(join(at.project, 'large'), 64 * 1024 ** 3); // takes minutes
  const reason = new Error('enough');
  const aborting = new AbortController();
  setTimeout(() => aborting.abort(reason), 200);
  await expect(hashFiles(at.project, seen(['large']), null, { signal: aborting.signal })).rejects.toBe(
    reason,
  );
});

test('many files are read by who stores them, and what they do not know is read here', async () => {
  const paths = many();
  const files = seen(paths);
  rmSync(join(at.project, '9'));
  const asked: number[] = [];
  const storeFiles: StoreFiles = async (_, wanted) => {
    asked.push(wanted.count);
    return Array.from({ length: wanted.count }, (__, place) => (place < 10 ? null : `hash of ${place}`));
  };
  const { hashes, problems } = await hashFiles(at.project, files, null, { blob: { storeFiles } });
  expect(asked).toEqual([paths.length]);
  const own = paths.slice(0, 9).map((path) => hash('sha256', readFileSync(join(at.project, path)), 'hex'));
  expect(hashes).toEqual([...own, '', ...paths.slice(10).map((_, place) => `hash of ${place + 10}`)]);
  expect(problems).toMatchObject([{ path: '9', code: 'snapshot.changed' }]);
});

test('few files are not handed to who stores them, and what that throws is thrown', async () => {
  const paths = many();
  const storeFiles: StoreFiles = async () => await Promise.reject(new Error('no such bucket'));
  await hashFiles(at.project, seen(paths.slice(0, 100)), null, { blob: { storeFiles } });
  await expect(hashFiles(at.project, seen(paths), null, { blob: { storeFiles } })).rejects.toThrow(
    'no such bucket',
  );
});
