import { createHash, hash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { fileStat } from '../../src/snapshot/file-stat.ts';
import { hashFiles } from '../../src/snapshot/hash-files.ts';
import { isWorthThreads } from '../../src/snapshot/hash-in-threads.ts';
import type { WalkedFile } from '../../src/snapshot/walk.ts';
import { Bench } from './project-tree.ts';

let at = new Bench();
afterEach(() => at.dispose());

const seen = (path: string): WalkedFile => ({ path, stat: fileStat(lstatSync(join(at.project, path))) });

/** So many files that threads hash them. */
function many(): WalkedFile[] {
  at = new Bench();
  return Array.from({ length: 2_100 }, (_, number) => {
    writeFileSync(join(at.project, String(number)), `content ${number}`.repeat(number % 50));
    return seen(String(number));
  });
}

test('many files get the hashes of their contents, each its own', async () => {
  const files = many();
  expect(isWorthThreads(files)).toBe(true);
  const { entries, problems, hashed } = await hashFiles(at.project, files, null, undefined);
  expect([problems, hashed]).toEqual([[], files.length]);
  const found = entries.map(({ path, sha256, stat }) => [path, sha256, stat]);
  const expected = files.map(({ path, stat }) => [
    path,
    hash('sha256', readFileSync(join(at.project, path)), 'hex'),
    stat,
  ]);
  expect(found).toEqual(expected);
});

test('large files are hashed in threads beside each other', async () => {
  at = new Bench({ small: 'x' });
  const size = 40 * 1024 * 1024;
  for (const name of ['zeros', 'more-zeros']) {
    writeFileSync(join(at.project, name), '');
    truncateSync(join(at.project, name), size);
  }
  const files = ['zeros', 'small', 'more-zeros'].map(seen);
  expect(isWorthThreads(files)).toBe(true);
  const { entries } = await hashFiles(at.project, files, null, undefined);
  const zeros = createHash('sha256').update(Buffer.alloc(size)).digest('hex');
  expect(entries.map(({ path, sha256 }) => [path, sha256])).toEqual([
    ['zeros', zeros],
    ['small', hash('sha256', 'x', 'hex')],
    ['more-zeros', zeros],
  ]);
});

test('what is wrong with some of many files is named, and the others have their hashes', async () => {
  const files = many();
  rmSync(join(at.project, '7'));
  rmSync(join(at.project, '2000'));
  mkdirSync(join(at.project, '2000'));
  writeFileSync(join(at.project, '3'), 'other content');
  const { entries, problems } = await hashFiles(at.project, files, null, undefined);
  expect(problems.map(({ path, code }) => [path, code])).toEqual([
    ['7', 'snapshot.changed'],
    ['2000', 'snapshot.unreadable'],
  ]);
  expect(entries).toHaveLength(files.length - 2);
  // As it is now, and not as it was seen.
  const changed = entries.find(({ path }) => path === '3');
  expect(changed).toEqual({ ...seen('3'), sha256: hash('sha256', 'other content', 'hex') });
});

test('a signal ends the threads at once, with its reason', async () => {
  at = new Bench({ large: '' });
  truncateSync(join(at.project, 'large'), 64 * 1024 ** 3); // takes minutes
  const reason = new Error('enough');
  const aborting = new AbortController();
  setTimeout(() => aborting.abort(reason), 200);
  await expect(hashFiles(at.project, [seen('large')], null, aborting.signal)).rejects.toBe(reason);
});
