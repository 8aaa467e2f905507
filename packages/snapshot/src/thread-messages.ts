import type { BuiltPack } from './build-packs.ts';
import type { Fault } from './fault.ts';
import type { HttpGet } from './object-store.ts';
import type { SeenFiles, WantedFiles } from './read-project.ts';
import type { PackBytes, WrittenFile } from './unpack.ts';

/** How many packs a thread reads by itself at a time: one comes while another is unpacked. */
export const packsOfThread = 2;

/** A pack whose bytes are to be read first, by this request; there are `size` of them. */
export type PackToRead = Omit<PackBytes, 'bytes'> & { readonly request: HttpGet; readonly size: number };

/** What a thread is told. It answers `done` or `fault`, but to a `buffer`, which is an answer itself. */
export type ToThread =
  | {
      readonly kind: 'build';
      readonly files: WantedFiles;
      readonly known: ReadonlySet<string>;
      readonly needsSha256: boolean;
    }
  | {
      readonly kind: 'read';
      readonly files: SeenFiles;
      /** Those of `SharedHashes`. */
      readonly known: Int32Array<SharedArrayBuffer>;
      readonly needsSha256: boolean;
    }
  | { readonly kind: 'buffer'; readonly buffer: ArrayBuffer }
  | ({ readonly kind: 'fetch' } & PackToRead)
  | ({ readonly kind: 'unpack' } & PackBytes)
  | { readonly kind: 'check'; readonly file: WrittenFile };

/** What a thread says. */
export type FromThread =
  | { readonly kind: 'done' }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** It needs a `buffer` to go on. */
  | { readonly kind: 'wants-buffer' }
  /** It needs this buffer no more. */
  | { readonly kind: 'unused'; readonly buffer: ArrayBuffer }
  | { readonly kind: 'built'; readonly pack: BuiltPack }
  /** What the files are that it was told to `read`. */
  | { readonly kind: 'hashes'; readonly hashes: readonly (string | null)[] }
  /** Something else came, or nothing, so there is nothing to unpack. */
  | { readonly kind: 'not-fetched' };

/** A message about one of the things that a thread was asked to do. */
export interface About<Message> {
  readonly run: number;
  readonly message: Message;
}
