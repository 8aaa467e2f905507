import type { AIGraph } from '../define/graph.ts';
import type { Problem } from '../errors.ts';
import type { JsonObject } from '../json.ts';

/** What a thread that runs a file of a project is told. */
export interface ThreadFile {
  /** Absolute. */
  readonly file: string;
  readonly projectDir: string;
  readonly commandDir: string | null;
}

/** That the file threw, and what is known of the error. */
export interface Thrown {
  readonly kind: 'threw';
  readonly code: string | null;
  readonly message: string;
  readonly stack: string;
  readonly own: { readonly context: JsonObject; readonly problems: readonly Problem[] } | null;
}

/** That the file awaits what can never come. */
export interface Stalled {
  readonly kind: 'stalled';
}

/** What a definition's thread answers with, once; one that ends without an answer was ended by its definition. */
export type DefinitionAnswer =
  | { readonly kind: 'graph'; readonly version: number; readonly graph: AIGraph }
  | { readonly kind: 'no_workflow'; readonly exported: readonly string[]; readonly found: string }
  | Thrown
  | Stalled;

/** What the thread of a context extractor is told when it is begun; after that each message is an event. */
export interface ExtractorFile extends ThreadFile {
  readonly exportName: string;
}

/** What it answers with: first once, then once for each event. */
export type ExtractorAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'no_function'; readonly exported: readonly string[]; readonly found: string }
  /** What the function returned; not checked yet. */
  | { readonly kind: 'returned'; readonly value: unknown }
  /** It returned what cannot leave the thread. */
  | { readonly kind: 'wrong'; readonly found: string }
  | Thrown
  | Stalled;
