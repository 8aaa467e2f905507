import {
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fileStat } from '../../src/snapshot/file-stat.ts';
import { FileTable } from '../../src/snapshot/file-table.ts';
import { readIndex, writeIndex } from '../../src/snapshot/index-file.ts';
import { Bench } from './project-tree.ts';

let at: Bench;
afterEach(() => at.dispose());

const tree = { 'a/one': 'one', 'a/two': 'two', three: 'three' };
const wrong = 'f'.repeat(64);

/** An index that knows a wrong hash of each file: what comes from it can be told from what was read. */
function plantIndex(bench: Bench, time: number, root = bench.project): void {
  const files = new FileTable();
  for (const path of Object.keys(tree)) files.add(path, fileStat(lstatSync(join(bench.project, path))));
  writeIndex(
    bench.indexPath,
    root,
    time,
    files,
    Object.keys(tree).map(() => wrong),
  );
}

async function hashes(bench: Bench): Promise<(string | null)[]> {
  const { manifest } = await bench.snapshot({ indexPath: bench.indexPath });
  return manifest.entries.map((entry) => (entry.type === 'file' ? entry.sha256 : null));
}

async function prepared(): Promise<{ truth: (string | null)[]; later: number }> {
  at = new Bench(tree);
  const truth = await hashes(at);
  const ctimes = Object.keys(tree).map((path) => statSync(join(at.project, path)).ctimeMs);
  return { truth, later: Math.max(...ctimes) + 1 };
}

describe('the index', () => {
  it('gives the hashes of files that have not changed, without reading them', async () => {
    const { later } = await prepared();
    plantIndex(at, later);
    expect(await hashes(at)).toEqual([wrong, wrong, wrong]);
  });

  it('does not give the hash of a file that may have changed in the tick in which it was written', async () => {
    const { truth, later } = await prepared();
    plantIndex(at, later - 1);
    const newest = (await hashes(at)).filter((hash) => hash !== wrong);
    expect(newest.length).toBeGreaterThan(0);
    plantIndex(at, 0);
    expect(await hashes(at)).toEqual(truth);
  });

  it.each([
    ['its content', (path: string) => writeFileSync(path, 'TWO')],
    ['its time', (path: string) => utimesSync(path, 1, 1)],
    [
      'its place with another file of the same size and time',
      (path: string) => {
        writeFileSync(`${path}.new`, 'TWO');
        utimesSync(`${path}.new`, 1_000, 1_000);
        renameSync(`${path}.new`, path);
      },
    ],
  ])('does not give the hash of a file that changed %s', async (_, change) => {
    const { later } = await prepared();
    utimesSync(join(at.project, 'a/two'), 1_000, 1_000);
    plantIndex(at, later + 3_600_000); // so late that only what lstat says can show the change
    change(join(at.project, 'a/two'));
    const [one, two, three] = await hashes(at);
    expect([one, three]).toEqual([wrong, wrong]);
    expect(two).not.toBe(wrong);
  });

  it('of another project is as good as none', async () => {
    const { truth, later } = await prepared();
    plantIndex(at, later, '/another/project');
    expect(await hashes(at)).toEqual(truth);
  });

  it('that is damaged anywhere is as good as none, and is made anew', async () => {
    const { truth, later } = await prepared();
    plantIndex(at, later);
    const whole = readFileSync(at.indexPath);
    for (let position = 0; position < whole.length; position += 7) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(position) ^ 0x10, position);
      writeFileSync(at.indexPath, damaged);
      expect(readIndex(at.indexPath, at.project).count, `byte ${position}`).toBe(0);
    }
    for (const length of [0, 1, 7, 8, 31, 32, 63, 64, 100, whole.length - 1]) {
      writeFileSync(at.indexPath, whole);
      truncateSync(at.indexPath, length);
      expect(readIndex(at.indexPath, at.project).count, `${length} bytes`).toBe(0);
    }
    expect(await hashes(at)).toEqual(truth);
    expect(readIndex(at.indexPath, at.project).count).toBe(3);
  });

  it('forgets what is gone and learns what is new', async () => {
    await prepared();
    rmSync(join(at.project, 'three'));
    at.write({ four: 'four', five: 'five' });
    await hashes(at);
    const index = readIndex(at.indexPath, at.project);
    expect(index.count).toBe(4);
    expect(index.find('three', fileStat(lstatSync(join(at.project, 'four'))))).toBeNull();
  });

  it('is not written again when nothing has changed', async () => {
    const { later } = await prepared();
    plantIndex(at, later);
    const before = statSync(at.indexPath, { bigint: true });
    await hashes(at);
    expect(statSync(at.indexPath, { bigint: true })).toMatchObject({
      ino: before.ino,
      mtimeNs: before.mtimeNs,
    });
  });
});
