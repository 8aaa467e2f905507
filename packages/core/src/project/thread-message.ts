import type { AIGraph } from '../define/graph.ts';
import type { Problem } from '../errors.ts';
import type { JsonObject } from '../json.ts';

/** What the thread that loads a definition is told. */
export interface DefinitionRequest {
  readonly file: string;
  readonly projectDir: string;
  readonly commandDir: string | null;
}

/** What it answers with, once; a thread that ends without an answer was ended by its definition. */
export type DefinitionAnswer =
  | { readonly kind: 'graph'; readonly version: number; readonly graph: AIGraph }
  | { readonly kind: 'no_workflow'; readonly exported: readonly string[]; readonly found: string }
  | {
      readonly kind: 'threw';
      readonly code: string | null;
      readonly message: string;
      readonly stack: string;
      readonly own: { readonly context: JsonObject; readonly problems: readonly Problem[] } | null;
    };
