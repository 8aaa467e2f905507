/*
 * What a pack holds. A pack is a row of frames, each of them compressed or as it is; a frame is a row of pieces. A
 * piece is all of a file, or a part of a large one, and is known by the SHA-256 of its bytes. The index says how long
 * frames and pieces are, in their order, so that places follow from it and none can lie about overlapping another.
 *
 * The id of a pack is the SHA-256 of its index. What is read of a pack is held against the pieces' hashes, so the two
 * together say what each of its bytes stands for, whatever compressed it. All numbers are little-endian:
 *
 *   8 bytes   magic, which ends with the version
 *   3 × u32   how many frames, pieces and files follow
 *   frame     u32 bytes in the pack, u32 bytes when unpacked, u8 1 when compressed
 *   piece     32 bytes SHA-256, u32 bytes, u8 1 when it is a part of a file
 *   file      32 bytes SHA-256, u64 bytes, u32 how many parts, and of each part its SHA-256
 */
import { hash } from 'node:crypto';

/** A file of up to so many bytes is one piece, and a larger one is cut in parts of so many. */
export const largestPiece: number = 4 * 1024 * 1024;
/** A pack is begun when the next piece would make it larger than this, unpacked, or hold more pieces than that. */
export const largestPack: number = 8 * 1024 * 1024;
export const mostPieces = 4096;

const magic = Buffer.from('aifpack\x01', 'latin1');
const [headSize, frameSize, pieceSize, fileSize] = [magic.length + 12, 9, 37, 44] as const;
const hashSize = 32;

export interface Frame {
  /** Where it begins in the pack, in bytes. */
  readonly start: number;
  /** How many bytes it has there, and unpacked. */
  readonly stored: number;
  readonly raw: number;
  readonly compressed: boolean;
}

export interface Piece {
  readonly sha256: string;
  /** In bytes. */
  readonly length: number;
  /** Whether it is a part of a file, and not all of one. */
  readonly isPart: boolean;
}

/** A file that was cut in parts. */
export interface PartedFile {
  readonly sha256: string;
  readonly size: number;
  /** The SHA-256 of each part, in order; all have {@link largestPiece} bytes but the last, which has the rest. */
  readonly parts: readonly string[];
}

export interface PackContents {
  readonly frames: readonly Pick<Frame, 'stored' | 'raw' | 'compressed'>[];
  readonly pieces: readonly Piece[];
  readonly files: readonly PartedFile[];
}

export function packIdOf(index: Uint8Array): string {
  return hash('sha256', index, 'hex');
}

export function encodeIndex({ frames, pieces, files }: PackContents): Buffer<ArrayBuffer> {
  const parts = files.reduce((sum, file) => sum + file.parts.length, 0);
  const size = headSize + frames.length * frameSize + pieces.length * pieceSize + files.length * fileSize;
  const bytes = Buffer.allocUnsafeSlow(size + parts * hashSize);
  magic.copy(bytes);
  let at = magic.length;
  for (const { length } of [frames, pieces, files]) at = bytes.writeUInt32LE(length, at);
  for (const { stored, raw, compressed } of frames) {
    at = bytes.writeUInt32LE(stored, at);
    at = bytes.writeUInt32LE(raw, at);
    at = bytes.writeUInt8(Number(compressed), at);
  }
  for (const { sha256, length, isPart } of pieces) {
    at += bytes.write(sha256, at, 'hex');
    at = bytes.writeUInt32LE(length, at);
    at = bytes.writeUInt8(Number(isPart), at);
  }
  for (const { sha256, size: fileBytes, parts: ids } of files) {
    at += bytes.write(sha256, at, 'hex');
    at = bytes.writeBigUInt64LE(BigInt(fileBytes), at);
    at = bytes.writeUInt32LE(ids.length, at);
    for (const id of ids) at += bytes.write(id, at, 'hex');
  }
  return bytes;
}

/**
 * An index as it was stored. Numbers that do not fit together are refused; nothing is unpacked into objects before it
 * is asked for, since most pieces of most packs are of no use to most callers.
 */
export class PackIndex {
  readonly id: string;
  readonly frames: readonly Frame[];
  /** How many pieces there are. */
  readonly count: number;
  readonly files: readonly PartedFile[];
  /** How many bytes the pack has. */
  readonly size: number;
  /** As it is stored. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }
  readonly #bytes: Buffer;
  readonly #pieces: number;

  /** Throws an `Error` that says what is wrong: whoever read the index knows where it came from. */
  constructor(id: string, bytes: Uint8Array) {
    this.id = id;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (packIdOf(bytes) !== id) throw new Error('its content is damaged');
    const reader = new Reader(this.#bytes);
    reader.expectMagic();
    const [frames, pieces, files] = [reader.number(), reader.number(), reader.number()];
    this.frames = reader.frames(frames);
    this.size = this.frames.reduce((sum, { stored }) => sum + stored, 0);
    this.#pieces = reader.at;
    this.count = pieces;
    reader.skip(pieces * pieceSize);
    this.files = reader.files(files);
    reader.expectEnd();
    this.#checkPlaces();
  }

  /** The first four bytes of a piece's SHA-256: enough to pass over most that are not wanted. */
  prefixAt(place: number): number {
    return this.#bytes.readUInt32BE(this.#pieces + place * pieceSize);
  }

  hashAt(place: number): string {
    const at = this.#pieces + place * pieceSize;
    return this.#bytes.toString('hex', at, at + hashSize);
  }

  lengthAt(place: number): number {
    return this.#bytes.readUInt32LE(this.#pieces + place * pieceSize + hashSize);
  }

  isPartAt(place: number): boolean {
    return this.#bytes.readUInt8(this.#pieces + place * pieceSize + hashSize + 4) === 1;
  }

  /** Calls `visit` for each piece with the frame that holds it and where it begins in the unpacked frame. */
  forEachPlace(visit: (place: number, frame: number, offset: number) => void): void {
    let frame = 0;
    let offset = 0;
    for (let place = 0; place < this.count; place += 1) {
      visit(place, frame, offset);
      offset += this.lengthAt(place);
      if (offset === this.frames[frame]?.raw) [frame, offset] = [frame + 1, 0];
    }
  }

  #checkPlaces(): void {
    let frame = 0;
    let offset = 0;
    for (let place = 0; place < this.count; place += 1) {
      const length = this.lengthAt(place);
      const raw = this.frames[frame]?.raw ?? 0;
      if (length === 0 || offset + length > raw) throw new Error('a piece does not fit in its frame');
      offset += length;
      if (offset === raw) [frame, offset] = [frame + 1, 0];
    }
    if (frame !== this.frames.length) throw new Error('a frame has more than its pieces');
  }
}

class Reader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  expectMagic(): void {
    const found = this.#bytes.subarray(0, magic.length);
    this.skip(magic.length);
    if (!found.subarray(0, -1).equals(magic.subarray(0, -1))) throw new Error('it is no index');
    if (!found.equals(magic)) throw new Error(`version ${found.at(-1)} of an index is not known`);
  }

  number(): number {
    const at = this.skip(4);
    return this.#bytes.readUInt32LE(at);
  }

  frames(count: number): Frame[] {
    const first = this.skip(count * frameSize);
    const frames: Frame[] = [];
    let start = 0;
    for (let at = first; at < this.at; at += frameSize) {
      const [stored, raw] = [this.#bytes.readUInt32LE(at), this.#bytes.readUInt32LE(at + 4)];
      const compressed = this.#bytes.readUInt8(at + 8) === 1;
      if (raw === 0 || raw > largestPiece) throw new Error('a frame is empty or too large');
      if (compressed ? stored >= raw || stored === 0 : stored !== raw)
        throw new Error('a frame has a length that it cannot have');
      frames.push({ start, stored, raw, compressed });
      start += stored;
    }
    return frames;
  }

  files(count: number): PartedFile[] {
    const files: PartedFile[] = [];
    for (let left = count; left > 0; left -= 1) {
      const at = this.skip(fileSize);
      const size = Number(this.#bytes.readBigUInt64LE(at + hashSize));
      const parts = this.#bytes.readUInt32LE(at + hashSize + 8);
      if (!Number.isSafeInteger(size) || parts !== Math.ceil(size / largestPiece))
        throw new Error('a file has a number of parts that it cannot have');
      const first = this.skip(parts * hashSize);
      files.push({
        sha256: this.#hex(at),
        size,
        parts: Array.from({ length: parts }, (_, part) => this.#hex(first + part * hashSize)),
      });
    }
    return files;
  }

  expectEnd(): void {
    if (this.at !== this.#bytes.length) throw new Error('it is longer than it says');
  }

  /** Goes over so many bytes; gives where they begin. */
  skip(length: number): number {
    const at = this.at;
    if (at + length > this.#bytes.length) throw new Error('it is cut off');
    this.at += length;
    return at;
  }

  #hex(at: number): string {
    return this.#bytes.toString('hex', at, at + hashSize);
  }
}
