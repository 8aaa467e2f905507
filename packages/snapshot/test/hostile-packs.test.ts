import { createHash, hash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { indexKey, packKey, packListKey } from '../src/keys.ts';
import type { PackContents } from '../src/pack-index.ts';
import { encodeIndex, largestPiece, packIdOf } from '../src/pack-index.ts';
import { packListText } from '../src/pack-list.ts';
import type { Made } from './bench.ts';
import { Bench } from './bench.ts';
import { climbs, expectRefused, named } from './corpus.ts';

const content = Buffer.from('what the manifest says, '.repeat(100));
const large = randomBytes(largestPiece + 1_000);
let at: Bench;
let made: Made;
let uri: string;

beforeEach(async () => {
  at = new Bench();
  made = await at.project({ 'a/file': content.toString(), 'a/other': 'other', link: '-> a' });
  uri = await at.upload(made);
});
afterEach(async () => await at.dispose());

const codes = ['blob.corrupt', 'blob.unsupported_layout'];

/** Holds that neither a shared copy nor one of one's own is made, and nothing elsewhere. */
async function expectNothingMade(): Promise<void> {
  const target = at.fresh('hostile/copy');
  mkdirSync(join(target, '..'), { recursive: true });
  const before = outside();
  await expectRefused(at.blob.downloadProject(made.snapshotId, uri, target), codes);
  await expectRefused(at.blob.downloadProject(made.snapshotId, uri), codes);
  expect(existsSync(target)).toBe(false);
  expect(at.copies()).toEqual([]);
  expect(outside()).toEqual(before);
}

/** All that lies beside the directory of shared copies. */
function outside(): Set<string> {
  const names = readdirSync(at.base, { recursive: true, encoding: 'utf8' });
  return new Set(names.filter((name) => !name.startsWith('cache')));
}

function put(key: string, bytes: Uint8Array): void {
  at.store.objects.set(key, { bytes, modifiedTime: 1 });
}

/** Makes the snapshot's one pack what a hostile store says that it is, so that no hash of its own is wrong. */
function plant(index: Uint8Array, pack: Uint8Array): void {
  const id = packIdOf(index);
  for (const key of [...at.store.keys('packs/'), ...at.store.keys('indexes/')]) at.store.objects.delete(key);
  put(indexKey(id), index);
  put(packKey(id), pack);
  put(packListKey(made.snapshotId), packListText([id]));
}

const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');
const other = Buffer.from('other');
/** One frame with both contents, as they are. */
const honest: PackContents = {
  frames: [{ stored: content.length + 5, raw: content.length + 5, compressed: false }],
  pieces: [
    { sha256: sha256(content), length: content.length, isPart: false },
    { sha256: sha256(other), length: 5, isPart: false },
  ],
  files: [],
};
const honestBytes = Buffer.concat([content, other]);
const frame = (raw: number, stored: number, compressed: boolean): PackContents => ({
  ...honest,
  frames: [{ raw, stored, compressed }],
});
/** An honest index in which a number is another. */
function mutated(offset: number, value: number): Buffer {
  const bytes = encodeIndex(honest);
  bytes.writeUInt32LE(value, offset);
  return bytes;
}

describe('a pack whose index comes from outside', () => {
  it('is taken when all is right', async () => {
    plant(encodeIndex(honest), honestBytes);
    const copy = await at.blob.downloadProject(made.snapshotId, uri);
    expect((await at.snapshot(copy)).snapshotId).toBe(made.snapshotId);
  });

  it.each<[string, () => Uint8Array]>([
    ['is empty', () => new Uint8Array()],
    ['is not one', () => Buffer.from('<html>sign in</html>'.repeat(20))],
    ['is of a later version', () => Buffer.from(encodeIndex(honest)).fill(2, 7, 8)],
    ['is cut off in its head', () => encodeIndex(honest).subarray(0, 12)],
    ['is cut off in a piece', () => encodeIndex(honest).subarray(0, -1)],
    ['is longer than it says', () => Buffer.concat([encodeIndex(honest), Buffer.alloc(1)])],
    ['has four thousand million frames', () => mutated(8, 2 ** 32 - 1)],
    ['has four thousand million pieces', () => mutated(12, 2 ** 32 - 1)],
    ['has four thousand million files', () => mutated(16, 2 ** 32 - 1)],
    ['has no frames', () => encodeIndex({ ...honest, frames: [] })],
    ['has a frame of nothing', () => encodeIndex(frame(0, 0, false))],
    ['has a frame larger than any', () => encodeIndex(frame(largestPiece + 1, 100, true))],
    ['has a frame of 4 GiB', () => encodeIndex(frame(2 ** 32 - 1, 100, true))],
    ['has a frame that grew by compressing', () => encodeIndex(frame(100, 101, true))],
    ['has a frame with two lengths', () => encodeIndex(frame(content.length + 5, 7, false))],
    ['has a compressed frame of no bytes', () => encodeIndex(frame(content.length + 5, 0, true))],
    ['has more in a frame than its pieces', () => encodeIndex(frame(5_000, 5_000, false))],
    ['has more pieces than fit in the frame', () => encodeIndex(frame(100, 100, false))],
    [
      'has a piece of nothing',
      () => encodeIndex({ ...honest, pieces: [{ sha256: sha256(other), length: 0, isPart: false }] }),
    ],
    [
      'has a file with more parts than its length says',
      () =>
        encodeIndex({
          ...honest,
          files: [{ sha256: sha256(large), size: 10, parts: ['a'.repeat(64), 'b'.repeat(64)] }],
        }),
    ],
    [
      'has a file larger than any number',
      () => encodeIndex({ ...honest, files: [{ sha256: sha256(large), size: 2 ** 60, parts: [] }] }),
    ],
  ])('makes nothing when the index %s', async (_, index) => {
    plant(index(), honestBytes);
    await expectNothingMade();
  });

  it('makes nothing when the index is that of another pack', async () => {
    const [packId = ''] = at.store.keys('packs/').map((key) => key.slice(-64));
    put(indexKey(packId), encodeIndex(honest));
    await expectNothingMade();
  });
});

describe('a pack from outside', () => {
  const bomb = zstdCompressSync(Buffer.alloc(256 * 1024 * 1024));
  const packed = zstdCompressSync(honestBytes);

  it.each<[string, Uint8Array, Uint8Array]>([
    ['of zeros that unpack to 256 MiB', encodeIndex(frame(honestBytes.length, bomb.length, true)), bomb],
    [
      'that unpacks to less than it says',
      encodeIndex(frame(honestBytes.length, zstdCompressSync(content).length, true)),
      zstdCompressSync(content),
    ],
    [
      'that unpacks to more than it says',
      encodeIndex(
        frame(honestBytes.length, zstdCompressSync(Buffer.concat([honestBytes, other])).length, true),
      ),
      zstdCompressSync(Buffer.concat([honestBytes, other])),
    ],
    [
      'whose compressed bytes are cut off',
      encodeIndex(frame(honestBytes.length, packed.length - 3, true)),
      packed.subarray(0, -3),
    ],
    [
      'that is said to be compressed and is not',
      encodeIndex(frame(honestBytes.length, 100, true)),
      honestBytes.subarray(0, 100),
    ],
    ['with other bytes of the same length', encodeIndex(honest), Buffer.alloc(honestBytes.length, 'x')],
    ['with its pieces in another order', encodeIndex(honest), Buffer.concat([other, content])],
    ['that is shorter than its index says', encodeIndex(honest), honestBytes.subarray(1)],
    ['that is longer than its index says', encodeIndex(honest), Buffer.concat([honestBytes, other])],
    ['that is empty', encodeIndex(honest), new Uint8Array()],
    [
      'that has one of the contents only',
      encodeIndex({
        ...honest,
        frames: [{ stored: content.length, raw: content.length, compressed: false }],
        pieces: honest.pieces.slice(0, 1),
      }),
      content,
    ],
    [
      'that has a content under its hash and in another length',
      encodeIndex({
        ...honest,
        pieces: [
          { sha256: sha256(content), length: content.length - 1, isPart: false },
          { sha256: sha256(other), length: 6, isPart: false },
        ],
      }),
      honestBytes,
    ],
  ])(
    '%s makes nothing',
    async (_, index, pack) => {
      plant(index, pack);
      await expectNothingMade();
    },
    120_000,
  );

  it('that names the parts of another file for a large one makes nothing', async () => {
    const project = await at.project({});
    writeFileSync(join(project.path, 'large'), large);
    made = await at.snapshot(project.path);
    uri = await at.upload(made);
    const lie = Buffer.from(large).fill('x', 0, 10);
    const parts = [lie.subarray(0, largestPiece), lie.subarray(largestPiece)];
    const contents: PackContents = {
      frames: parts.map(({ length }) => ({ stored: length, raw: length, compressed: false })),
      pieces: parts.map((part) => ({ sha256: sha256(part), length: part.length, isPart: true })),
      files: [{ sha256: sha256(large), size: large.length, parts: parts.map(sha256) }],
    };
    plant(encodeIndex(contents), lie);
    await expectNothingMade();
    plant(encodeIndex({ ...contents, files: [] }), lie);
    await expectNothingMade();
  });
});

describe('a list of packs from outside', () => {
  const id = 'f'.repeat(64);
  const sum = (packs: readonly string[]): string => createHash('sha256').update(packs.join()).digest('hex');
  it.each<[string, unknown]>([
    ['a text', 'packs'],
    ['null', null],
    ['a list', [id]],
    ['of a later version', { format: 2, packs: [], sum: sum([]) }],
    ['without a list', { format: 1, sum: sum([]) }],
    ['without its sum', { format: 1, packs: [] }],
    ['with the sum of another', { format: 1, packs: [id], sum: sum([]) }],
    ['of packs that are not there', { format: 1, packs: [id], sum: sum([id]) }],
    ['of nothing', { format: 1, packs: [], sum: sum([]) }],
    ['of numbers', { format: 1, packs: [1], sum: sum(['1']) }],
  ])('that is %s makes nothing', async (_, value) => {
    put(packListKey(made.snapshotId), Buffer.from(JSON.stringify(value)));
    await expectNothingMade();
  });

  it.each(named(climbs))(
    'that names %s makes nothing, and asks the store for no such key',
    async (_, climb) => {
      put(
        packListKey(made.snapshotId),
        Buffer.from(JSON.stringify({ format: 1, packs: [climb], sum: sum([climb]) })),
      );
      at.store.takeCalls();
      await expectNothingMade();
      expect(at.store.takeCalls().filter((call) => /indexes|packs\//.test(call))).toEqual([]);
    },
  );
});
