// Runs in threads: it loads nothing but Node.
import { createHash, hash } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { freeBytes } from './free-bytes.ts';
import type { Frame, PartedFile, Piece } from './pack-index.ts';
import { encodeIndex, largestPack, largestPiece, mostPieces, packIdOf } from './pack-index.ts';
import type { ProjectReader, WantedFile } from './read-project.ts';
import { changed } from './read-project.ts';

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

/** Where packs go. Its buffers have room for {@link largestPack} bytes, and are few: so is what is held at once. */
export interface PackSink {
  readonly needsSha256: boolean;
  buffer(): Promise<ArrayBuffer>;
  emit(pack: BuiltPack): void;
}

/**
 * Reads the files, and gives packs that hold them. Of a file larger than a piece, parts that are `known` are left out.
 * What is given has been read and is right, but for a large file's last word, which comes with its last part.
 */
export async function buildPacks(
  files: readonly WantedFile[],
  known: ReadonlySet<string>,
  { reader, room: own }: { readonly reader: ProjectReader; readonly room: PackRoom },
  sink: PackSink,
): Promise<void> {
  const pack = new PackBuilder(sink, own);
  for (const file of files) {
    if (file.size <= largestPiece) {
      const room = await pack.roomFor(file.size);
      reader.readWhole(file, room.buffer, room.offset);
      pack.add({ sha256: file.sha256, length: file.size, isPart: false });
    } else await addLarge(file, known, reader, pack);
  }
  pack.end();
}

async function addLarge(
  file: WantedFile,
  known: ReadonlySet<string>,
  reader: ProjectReader,
  pack: PackBuilder,
): Promise<void> {
  const sum = createHash('sha256');
  const parts: string[] = [];
  const added = new Set<string>();
  const reading = reader.openLarge(file);
  try {
    for (let left = file.size; left > 0; left -= largestPiece) {
      const length = Math.min(left, largestPiece);
      const { buffer, offset } = await pack.roomFor(length);
      const bytes = reading.read(buffer, offset, length);
      sum.update(bytes);
      const sha256 = hash('sha256', bytes, 'hex');
      parts.push(sha256);
      if (known.has(sha256) || added.has(sha256)) continue;
      added.add(sha256);
      pack.add({ sha256, length, isPart: true });
    }
    reading.expectEnd();
  } finally {
    reading.close();
  }
  if (sum.digest('hex') !== file.sha256) throw changed(file);
  await pack.addFile({ sha256: file.sha256, size: file.size, parts });
}

/** The memory that frames are filled in, one after the other. */
export class PackRoom {
  /** With a byte more for who reads one too many. */
  readonly frame: Buffer = Buffer.allocUnsafeSlow(largestPiece + 1);
  /** For what is tried of a frame. */
  readonly sample: Buffer = Buffer.allocUnsafeSlow(sample);
}

/** Fills one pack after the other. */
class PackBuilder {
  readonly #sink: PackSink;
  readonly #room: PackRoom;
  #frameLength = 0;
  #buffer: ArrayBuffer | null = null;
  #length = 0;
  #raw = 0;
  #frames: Pick<Frame, 'stored' | 'raw' | 'compressed'>[] = [];
  #pieces: Piece[] = [];
  #files: PartedFile[] = [];

  constructor(sink: PackSink, room: PackRoom) {
    this.#sink = sink;
    this.#room = room;
  }

  /** Where the next piece is to be written, for which {@link add} is called then. */
  async roomFor(size: number): Promise<{ readonly buffer: Buffer; readonly offset: number }> {
    if (this.#raw + size > largestPack || this.#pieces.length === mostPieces) this.end();
    if (this.#frameLength + size > largestPiece) this.#endFrame();
    this.#buffer ??= await this.#sink.buffer();
    return { buffer: this.#room.frame, offset: this.#frameLength };
  }

  add(piece: Piece): void {
    this.#pieces.push(piece);
    this.#raw += piece.length;
    this.#frameLength += piece.length;
  }

  async addFile(file: PartedFile): Promise<void> {
    this.#buffer ??= await this.#sink.buffer();
    this.#files.push(file);
  }

  /** Gives what there is. */
  end(): void {
    if (this.#buffer === null) return;
    this.#endFrame();
    const contents = { frames: this.#frames, pieces: this.#pieces, files: this.#files };
    const index = encodeIndex(contents);
    const files = this.#files;
    const [buffer, length] = [this.#buffer, this.#length];
    const { needsSha256 } = this.#sink;
    const sha256 = needsSha256 ? hash('sha256', new Uint8Array(buffer, 0, length), 'hex') : undefined;
    this.#sink.emit({ id: packIdOf(index), buffer, length, sha256, index, files });
    [this.#buffer, this.#length, this.#raw] = [null, 0, 0];
    [this.#frames, this.#pieces, this.#files] = [[], [], []];
  }

  #endFrame(): void {
    if (this.#frameLength === 0 || this.#buffer === null) return;
    const raw = this.#room.frame.subarray(0, this.#frameLength);
    const compressed = compress(raw, this.#room.sample);
    const stored = compressed ?? raw;
    new Uint8Array(this.#buffer).set(stored, this.#length);
    this.#frames.push({ stored: stored.length, raw: raw.length, compressed: compressed !== null });
    this.#length += stored.length;
    this.#frameLength = 0;
    if (compressed !== null) freeBytes(compressed);
  }
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
