import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { AIFlowError } from '@aiflow/core';
import { isAIFlowError } from '@aiflow/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { largestPack, largestPiece } from '../src/pack-index.ts';
import { Bench, readTexts } from './bench.ts';

/** With it, the sizes are those of the largest projects; without, what shows the same in seconds. */
const isLarge = process.env['AIFLOW_TEST_LARGE'] === '1';
const manyFiles = isLarge ? 50_000 : 2_000;
const largeFile = isLarge ? 5 * 1024 ** 3 : 40 * 1024 ** 2;
const patience = isLarge ? 900_000 : 120_000;

let at: Bench;
let path: string;
beforeEach(() => {
  at = new Bench();
  path = at.fresh('project');
  mkdirSync(path);
});
afterEach(async () => await at.dispose(), patience);

/** Holds that the project comes back as it is, as a shared copy and as one of one's own. */
async function expectRoundTrip(): Promise<{ readonly shared: string; readonly own: string }> {
  const made = await at.snapshot(path);
  const uri = await at.upload(made);
  const own = at.fresh('own');
  await at.blob.downloadProject(made.snapshotId, uri, own);
  const shared = await at.blob.downloadProject(made.snapshotId, uri);
  // The id says all: paths, contents, what may be run, links, empty directories.
  for (const copy of [own, shared]) expect((await at.snapshot(copy)).snapshotId).toBe(made.snapshotId);
  return { shared, own };
}

describe('a project comes back as it was', () => {
  it('with names in any script and form', async () => {
    const names = [
      'é'.normalize('NFC'),
      'é'.normalize('NFD'),
      'Å'.normalize('NFD'),
      '\u212B',
      '名前',
      'ไทย',
      'עברית',
      '\u202Eevil.txt',
      '🐧👩‍👩‍👧',
      'a\nb',
      '\t',
      ' ',
      '-rf',
      '"quoted\'',
      '\u{10FFFF}',
      'x'.repeat(255),
      'é'.repeat(127),
    ];
    for (const name of names) writeFileSync(join(path, name), `content of ${name}`);
    mkdirSync(join(path, 'dir ü'));
    writeFileSync(join(path, 'dir ü', 'ü'.normalize('NFD')), 'below');
    const { own } = await expectRoundTrip();
    expect(Object.keys(readTexts(own))).toHaveLength(names.length + 1);
  });

  it('with paths as long as they may be', async () => {
    const deep = Array.from({ length: 15 }, (_, depth) => `${depth}`.repeat(100).slice(0, 100)).join('/');
    mkdirSync(join(path, deep), { recursive: true });
    writeFileSync(join(path, deep, 'file'), 'deep');
    await expectRoundTrip();
  });

  it('with empty files, empty folders, and links', async () => {
    mkdirSync(join(path, 'empty/er'), { recursive: true });
    for (const name of ['a', 'b', 'empty-file']) writeFileSync(join(path, name), '');
    symlinkSync('a', join(path, 'to-file'));
    symlinkSync('empty', join(path, 'to-folder'));
    symlinkSync('nothing', join(path, 'to-nothing'));
    symlinkSync('to-loop', join(path, 'to-loop'));
    symlinkSync('../a', join(path, 'empty/er/up')); // not empty any more
    const { shared } = await expectRoundTrip();
    expect(lstatSync(join(shared, 'to-folder')).isSymbolicLink()).toBe(true);
  });

  it('with nothing in it', async () => {
    await expectRoundTrip();
    expect(at.store.keys('packs/')).toEqual([]);
  });

  it('with what may be run, and no other permission', async () => {
    for (const [name, mode] of [
      ['run', 0o755],
      ['all', 0o777],
      ['suid', 0o4755],
      ['read', 0o400],
      ['plain', 0o600],
    ] as const) {
      writeFileSync(join(path, name), name);
      chmodSync(join(path, name), mode);
    }
    const { own, shared } = await expectRoundTrip();
    const modes = (copy: string): number[] =>
      ['run', 'all', 'suid', 'read', 'plain'].map((name) => statSync(join(copy, name)).mode & 0o7777);
    const mask = 0o777 & ~umask();
    expect(modes(own)).toEqual([0o777 & mask, 0o777 & mask, 0o777 & mask, 0o666 & mask, 0o666 & mask]);
    expect(modes(shared)).toEqual([0o555 & mask, 0o555 & mask, 0o555 & mask, 0o444 & mask, 0o444 & mask]);
  });

  it('with files of each size around a piece and a pack, of which some are equal', async () => {
    const sizes = [
      1,
      largestPiece - 1,
      largestPiece,
      largestPiece + 1,
      largestPack - 1,
      largestPack,
      largestPack + 1,
    ];
    const noise = randomBytes(largestPack + 1);
    for (const size of sizes) writeFileSync(join(path, `noise-${size}`), noise.subarray(0, size));
    for (const size of sizes)
      writeFileSync(join(path, `text-${size}`), 'text '.repeat(size / 5 + 1).slice(0, size));
    writeFileSync(join(path, 'noise-again'), noise);
    await expectRoundTrip();
    const stored = at.store
      .keys('packs/')
      .reduce((sum, key) => sum + (at.store.objects.get(key)?.bytes.length ?? 0), 0);
    const noisy = 2 * (largestPiece * 2 + largestPack * 3); // parts of equal beginnings are one
    expect(stored).toBeLessThan(noisy);
    for (const key of at.store.keys()) {
      expect(at.store.objects.get(key)?.bytes.length).toBeLessThanOrEqual(largestPack + 1_000);
    }
  });

  it(`with ${manyFiles} files in one folder`, { timeout: patience }, async () => {
    mkdirSync(join(path, 'folder'));
    for (let file = 0; file < manyFiles; file += 1)
      writeFileSync(join(path, 'folder', `${file}`), `content of ${file}`);
    await expectRoundTrip();
  });

  it(`with a file of ${largeFile} bytes that is mostly a hole`, { timeout: patience }, async () => {
    const file = openSync(join(path, 'large'), 'w');
    ftruncateSync(file, largeFile);
    const noise = randomBytes(20_000);
    for (const share of [0, 0.3, 0.31, 0.999])
      writeSync(file, noise, 0, noise.length, Math.floor(largeFile * share));
    writeSync(file, 'the end', largeFile - 7);
    closeSync(file);
    const { own } = await expectRoundTrip();
    expect(statSync(join(own, 'large')).size).toBe(largeFile);
    expect(statSync(join(own, 'large')).blocks * 512).toBeLessThan(largeFile / 2);
    const stored = at.store
      .keys('packs/')
      .reduce((sum, key) => sum + (at.store.objects.get(key)?.bytes.length ?? 0), 0);
    expect(stored).toBeLessThan(6_000_000);
  });
});

describe('what a snapshot cannot hold is refused by name', () => {
  it('a pipe, a socket, a device, and a link that leads out', async () => {
    execFileSync('mkfifo', [join(path, 'pipe')]);
    const server = createServer().listen(join(path, 'socket'));
    symlinkSync('../../etc/passwd', join(path, 'out'));
    try {
      const error: unknown = await at.snapshot(path).catch((thrown: unknown) => thrown);
      expect(error).toSatisfy(isAIFlowError);
      const { problems } = error as AIFlowError;
      expect(problems.map(({ file }) => file).toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
        'out',
        'pipe',
        'socket',
      ]);
    } finally {
      server.close();
    }
  });

  it('also when it took the place of a file since the walk, without waiting for it', async () => {
    writeFileSync(join(path, 'file'), 'content');
    const made = await at.snapshot(path);
    const replacements: (() => void)[] = [
      () => execFileSync('mkfifo', [join(path, 'file')]),
      () => symlinkSync('/etc/passwd', join(path, 'file')),
      () => mkdirSync(join(path, 'file')),
      () => undefined,
    ];
    for (const replace of replacements) {
      rmSync(join(path, 'file'), { recursive: true, force: true });
      replace();
      await expect(at.upload(made)).rejects.toMatchObject({
        code: 'blob.changed',
        context: { path: 'file' },
      });
    }
    expect(at.store.keys('packs/')).toEqual([]);
  });
});

describe('a file that changes while it is read', () => {
  it('is stored as it was said to be, or not at all', async () => {
    const size = largestPiece * 2 + 5;
    const before = randomBytes(size);
    const found: boolean[] = [];
    let stored = 0;
    for (let round = 0; round < 6; round += 1) {
      writeFileSync(join(path, 'file'), before);
      writeFileSync(join(path, 'round'), `${round}`);
      const made = await at.snapshot(path);
      const file = openSync(join(path, 'file'), 'r+');
      const upload = at.upload(made).catch((error: unknown) => error);
      const changing = setTimeout(() => {
        if (round % 2 === 0) writeSync(file, 'changed', Math.floor(size / 2));
        else ftruncateSync(file, size - 1);
      }, round * 20);
      const uri = await upload;
      clearTimeout(changing);
      closeSync(file);
      if (typeof uri === 'string') {
        stored += 1;
        const copy = at.fresh('copy');
        await at.blob.downloadProject(made.snapshotId, uri, copy);
        found.push((await at.snapshot(copy)).snapshotId === made.snapshotId);
      } else found.push(isAIFlowError(uri) && uri.code === 'blob.changed' && uri.context['path'] === 'file');
    }
    expect(found).toEqual(Array.from({ length: 6 }, () => true));
    expect(await at.blob.listSnapshots()).toHaveLength(stored);
  });
});

function umask(): number {
  const probe = join(at.base, 'probe');
  writeFileSync(probe, '', { mode: 0o777 });
  return 0o777 & ~statSync(probe).mode;
}
