// Runs in threads: it loads nothing but Node.
import { createHash, hash } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { FaultError } from './fault.ts';
import { freeBytes } from './free-bytes.ts';
import type { Frame, PartedFile, Piece } from './pack-index.ts';
import { encodeIndex, largestPack, largestPiece, mostPieces, packIdOf } from './pack-index.ts';
import type { LargeFileReader, SeenFile, SeenFiles, WantedFile } from './read-project.ts';
import { ProjectReader, changed, seenFile } from './read-project.ts';
import type { SharedHashes } from './shared-hashes.ts';
import { prefixOf, sharedKey } from './shared-hashes.ts';

/** Below this many bytes a frame is compressed to see whether it pays; of a larger one, so much is tried first. */
const sample = 64 * 1024;
/** Compressing pays when it leaves less than this share. */
const pays = 0.95;
/** The fastest that is not worse on text than what `zstd -1` gives. */
const level = { [constants.ZSTD_c_compressionLevel]: 1 };

/** A pack that is to be put. */
export interface BuiltPack {
  readonly id: string;
  /** What {@link PackSink.buffer} gave; its first `length` bytes are the pack. */
  readonly buffer: ArrayBuffer;
  readonly length: number;
  /** Of these bytes, for a store that needs it; here is where there is a processor for it. */
  readonly sha256: string | undefined;
  readonly index: Uint8Array<ArrayBuffer>;
  /** For each large file that is complete: the parts that are in this pack or were in the store before. */
  readonly files: readonly PartedFile[];
}

/** Where packs go. Its buffers have {@link roomOfPack} bytes, and are few: so is what is held at once. */
export interface PackSink {
  readonly needsSha256: boolean;
  buffer(): Promise<ArrayBuffer>;
  /** Takes a buffer that no pack came of. */
  giveBack(buffer: ArrayBuffer): void;
  emit(pack: BuiltPack): void;
}

/** With a byte more for who reads one too many, to see whether a file is longer. */
export const roomOfPack: number = largestPack + 1;

/** What whoever builds packs keeps from one time to the next. */
export class PackTools {
  readonly reader: ProjectReader = new ProjectReader();
  /** Room for what is tried of a frame. */
  readonly sample: Buffer = Buffer.allocUnsafeSlow(sample);
}

/**
 * Reads the files, and gives packs that hold them. Of a file larger than a piece, parts that are `known` are left out.
 * What is given has been read and is right, but for a large file's last word, which comes with its last part.
 */
export async function buildPacks(
  files: readonly WantedFile[],
  known: ReadonlySet<string>,
  { reader, sample: room }: PackTools,
  sink: PackSink,
): Promise<void> {
  const pack = new PackBuilder(sink, room);
  const added = new Set<string>();
  const isNew = (sha256: string): boolean => {
    const isThere = known.has(sha256) || added.has(sha256);
    added.add(sha256);
    return !isThere;
  };
  for (const file of files) {
    if (file.size <= largestPiece) {
      const { buffer, offset } = await pack.roomFor(file.size);
      reader.readWhole(file, buffer, offset);
      pack.add({ sha256: file.sha256, length: file.size, isPart: false });
    } else {
      const large = await readLarge(reader.openLarge(file), file.size, isNew, pack, () => undefined);
      if (large.sha256 !== file.sha256) throw changed(file);
      pack.addFile(large);
    }
  }
  pack.end();
}

/**
 * Reads files whose content is not known, gives packs that hold what is not `known` of it, and says their hashes; null
 * for one that is not as it was seen, or cannot be read. What was read is known from then on, to other threads too. When
 * it makes less than half of a pack of small files, no pack is made: the contents of many such jobs belong in one.
 */
export async function packUnknown(
  files: SeenFiles,
  known: SharedHashes,
  { reader, sample: room }: PackTools,
  sink: PackSink,
): Promise<(string | null)[]> {
  const pack = new PackBuilder(sink, room);
  const isNew = (sha256: string): boolean => known.add(sharedKey(prefixOf(sha256), 'whole'));
  const isNewPart = (sha256: string): boolean => known.add(sharedKey(prefixOf(sha256), 'part'));
  const read = async (file: SeenFile): Promise<string> => {
    if (file.size > largestPiece) {
      const reading = reader.openLarge(file);
      const large = await readLarge(reading, file.size, isNewPart, pack, () => reading.expectSeen(file));
      if (isNew(large.sha256)) pack.addFile(large);
      return large.sha256;
    }
    const { buffer, offset } = await pack.roomFor(file.size);
    const sha256 = reader.readSeen(file, buffer, offset);
    if (file.size > 0 && isNew(sha256)) pack.add({ sha256, length: file.size, isPart: false });
    return sha256;
  };
  const hashes: (string | null)[] = [];
  let small = 0;
  for (let place = 0; place < files.paths.length; place += 1) {
    const file = seenFile(files, place);
    if (file.size <= largestPiece) small += file.size;
    hashes.push(await read(file).catch(nullIfFault));
  }
  pack.end(small / 2);
  return hashes;
}

function nullIfFault(error: unknown): null {
  if (error instanceof FaultError) return null;
  throw error;
}

/** Reads a large file to its end and closes it; parts that are new are added to the pack. */
async function readLarge(
  reading: LargeFileReader,
  size: number,
  isNew: (sha256: string) => boolean,
  pack: PackBuilder,
  check: () => void,
): Promise<PartedFile> {
  const sum = createHash('sha256');
  const parts: string[] = [];
  try {
    for (let left = size; left > 0; left -= largestPiece) {
      const length = Math.min(left, largestPiece);
      const { buffer, offset } = await pack.roomFor(length);
      const bytes = reading.read(buffer, offset, length);
      sum.update(bytes);
      const sha256 = hash('sha256', bytes, 'hex');
      parts.push(sha256);
      if (isNew(sha256)) pack.add({ sha256, length, isPart: true });
    }
    reading.expectEnd();
    check();
  } finally {
    reading.close();
  }
  return { sha256: sum.digest('hex'), size, parts };
}

/** Fills one pack after the other. */
class PackBuilder {
  readonly #sink: PackSink;
  readonly #sample: Buffer;
  #buffer: Buffer<ArrayBuffer> | null = null;
  /** How much of the buffer has frames that are done. The frame that is being filled follows there. */
  #length = 0;
  #frameLength = 0;
  #raw = 0;
  #frames: Pick<Frame, 'stored' | 'raw' | 'compressed'>[] = [];
  #pieces: Piece[] = [];
  #files: PartedFile[] = [];

  constructor(sink: PackSink, sampleRoom: Buffer) {
    this.#sink = sink;
    this.#sample = sampleRoom;
  }

  /** Where the next piece may be written, and a byte more; {@link add} is called for it then, or it is not taken. */
  async roomFor(size: number): Promise<{ readonly buffer: Buffer; readonly offset: number }> {
    if (this.#raw + size > largestPack || this.#pieces.length === mostPieces) this.end();
    if (this.#frameLength + size > largestPiece) this.#endFrame();
    this.#buffer ??= Buffer.from(await this.#sink.buffer());
    return { buffer: this.#buffer, offset: this.#length + this.#frameLength };
  }

  add(piece: Piece): void {
    this.#pieces.push(piece);
    this.#raw += piece.length;
    this.#frameLength += piece.length;
  }

  addFile(file: PartedFile): void {
    this.#files.push(file);
  }

  /** Gives what there is; nothing when that is only small files, of less than `least` bytes together. */
  end(least: number = 0): void {
    if (this.#buffer === null) return;
    const { buffer } = this.#buffer;
    const isLess = this.#raw < least && !this.#pieces.some(isPart);
    if (this.#files.length === 0 && (this.#pieces.length === 0 || isLess)) this.#sink.giveBack(buffer);
    else this.#emit(buffer);
    [this.#buffer, this.#length, this.#frameLength, this.#raw] = [null, 0, 0, 0];
    [this.#frames, this.#pieces, this.#files] = [[], [], []];
  }

  #emit(buffer: ArrayBuffer): void {
    this.#endFrame();
    const [length, files] = [this.#length, this.#files];
    const index = encodeIndex({ frames: this.#frames, pieces: this.#pieces, files });
    const { needsSha256 } = this.#sink;
    const sha256 = needsSha256 ? hash('sha256', new Uint8Array(buffer, 0, length), 'hex') : undefined;
    this.#sink.emit({ id: packIdOf(index), buffer, length, sha256, index, files });
  }

  #endFrame(): void {
    if (this.#frameLength === 0 || this.#buffer === null) return;
    const raw = this.#buffer.subarray(this.#length, this.#length + this.#frameLength);
    const compressed = compress(raw, this.#sample);
    const stored = compressed?.length ?? raw.length;
    this.#frames.push({ stored, raw: raw.length, compressed: compressed !== null });
    this.#length += stored;
    this.#frameLength = 0;
    if (compressed === null) return;
    raw.set(compressed);
    freeBytes(compressed);
  }
}

function isPart(piece: Piece): boolean {
  return piece.isPart;
}

/** The bytes in fewer; null when it does not pay. */
function compress(bytes: Buffer, room: Buffer): Uint8Array | null {
  if (bytes.length > 4 * sample && compressIfPays(sampleOf(bytes, room)) === null) return null;
  return compressIfPays(bytes);
}

function compressIfPays(bytes: Buffer): Uint8Array | null {
  // In one go, also where it becomes longer, and in memory that is large enough to be freed.
  const compressed = zstdCompressSync(bytes, { params: level, chunkSize: bytes.length + sample });
  if (compressed.length < bytes.length * pays) return compressed;
  freeBytes(compressed);
  return null;
}

/** Some of the beginning, of the middle and of the end. */
function sampleOf(bytes: Buffer, room: Buffer): Buffer {
  const share = sample / 4;
  for (let place = 0; place < 4; place += 1) {
    const start = Math.floor(((bytes.length - share) * place) / 3);
    bytes.copy(room, place * share, start, start + share);
  }
  return room;
}
