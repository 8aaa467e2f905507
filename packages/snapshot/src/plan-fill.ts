import { hash } from 'node:crypto';
import type { Manifest } from '@aiflow/core';
import type { PackIndex, PartedFile } from './pack-index.ts';
import { largestPiece } from './pack-index.ts';
import type { FileEntry } from './project-files.ts';
import type { Writes, WrittenFile } from './unpack.ts';
import { partOfFile } from './unpack.ts';

/** What is wanted of one pack: the bytes from `start` to `end`, and what to write of them. */
export interface WantedPack {
  readonly index: PackIndex;
  readonly start: number;
  readonly end: number;
  readonly writes: Writes;
  /** The large files that have parts here, each once for each part. */
  readonly largeFiles: readonly LargeFile[];
}

/** A large file that is made before its parts are written to it. */
export interface LargeFile {
  readonly entry: FileEntry;
  readonly written: WrittenFile;
  /** How many of its parts are still to be written. */
  partsLeft: number;
}

export interface FillPlan {
  readonly packs: readonly WantedPack[];
  readonly largeFiles: readonly LargeFile[];
  readonly emptyFiles: readonly FileEntry[];
  /** Files whose content no pack has. */
  readonly missing: readonly FileEntry[];
}

/** A piece that is still to be found, and the files it is for. */
interface Wanted {
  readonly length: number;
  readonly files: FileEntry[];
  readonly parts: Part[];
}

/** A part of a large file. */
interface Part {
  readonly large: LargeFile;
  readonly origin: { readonly sha256: string; packId: string };
  readonly position: number;
}

/** Says which bytes of which packs make the files of a checked manifest in a directory. */
export function planFill(
  manifest: Manifest,
  indexes: readonly PackIndex[],
  directory: string,
  modeOf: (entry: FileEntry) => number,
): FillPlan {
  const parted = new Map<string, PartedFile>();
  for (const index of indexes) for (const file of index.files) parted.set(file.sha256, file);
  const wanted = new Map<string, Wanted>();
  const largeFiles: LargeFile[] = [];
  const emptyFiles: FileEntry[] = [];
  const missing: FileEntry[] = [];
  for (const entry of manifest.entries) {
    if (entry.type !== 'file') continue;
    if (entry.size === 0) emptyFiles.push(entry);
    else if (entry.size <= largestPiece) want(wanted, entry.sha256, entry.size).files.push(entry);
    else {
      const file = parted.get(entry.sha256);
      if (file?.size !== entry.size) missing.push(entry);
      else largeFiles.push(planLarge(entry, `${directory}/${entry.path}`, modeOf(entry), file, wanted));
    }
  }
  const packs = indexes.map((index) => takeFrom(index, wanted, directory, modeOf));
  for (const { files: lost, parts } of wanted.values())
    missing.push(...lost, ...parts.map(({ large }) => large.entry));
  return { packs: packs.filter((pack) => pack !== null), largeFiles, emptyFiles, missing };
}

function want(wanted: Map<string, Wanted>, sha256: string, length: number): Wanted {
  const known = wanted.get(sha256);
  if (known !== undefined) return known;
  const made: Wanted = { length, files: [], parts: [] };
  wanted.set(sha256, made);
  return made;
}

/** Parts that hold nothing but zeros are there once the file has its length, and take no place on the disk. */
let zeros: string | null = null;

function planLarge(
  entry: FileEntry,
  target: string,
  keep: number,
  file: PartedFile,
  wanted: Map<string, Wanted>,
): LargeFile {
  zeros ??= hash('sha256', Buffer.alloc(largestPiece), 'hex');
  const parts: Part['origin'][] = [];
  const written = { path: entry.path, target, keep, sha256: entry.sha256, parts };
  const large: LargeFile = { entry, written, partsLeft: 0 };
  for (const [place, sha256] of file.parts.entries()) {
    const origin = { sha256, packId: '' };
    parts.push(origin);
    const position = place * largestPiece;
    if (sha256 === zeros) continue;
    want(wanted, sha256, Math.min(largestPiece, entry.size - position)).parts.push({
      large,
      origin,
      position,
    });
    large.partsLeft += 1;
  }
  return large;
}

/** Takes what the pack has of what is still wanted; null when that is nothing. */
function takeFrom(
  index: PackIndex,
  wanted: Map<string, Wanted>,
  directory: string,
  modeOf: (entry: FileEntry) => number,
): WantedPack | null {
  const [places, paths, modes, positions]: [number[], string[], number[], number[]] = [[], [], [], []];
  const largeFiles: LargeFile[] = [];
  let [first, last] = [-1, -1];
  const add = (place: number, path: string, mode: number, position: number): void => {
    places.push(place);
    paths.push(path);
    modes.push(mode);
    positions.push(position);
  };
  index.forEachPlace((place, frame) => {
    const sha256 = index.hashAt(place);
    const found = wanted.get(sha256);
    if (found?.length !== index.lengthAt(place)) return;
    wanted.delete(sha256);
    if (first === -1) first = frame;
    last = frame;
    for (const entry of found.files) add(place, entry.path, modeOf(entry), 0);
    for (const { large, origin, position } of found.parts) {
      add(place, large.entry.path, partOfFile, position);
      largeFiles.push(large);
      origin.packId = index.id;
    }
  });
  const [from, to] = [index.frames[first], index.frames[last]];
  if (from === undefined || to === undefined) return null;
  const writes: Writes = {
    directory,
    places: Uint32Array.from(places),
    paths,
    modes: Uint16Array.from(modes),
    positions: Float64Array.from(positions),
  };
  return { index, start: from.start, end: to.start + to.stored, writes, largeFiles };
}
