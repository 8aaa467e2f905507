import type { Event } from '../observe/event.ts';

/**
 * Which executions an event belongs to: all of them, or those of these contexts. No context at all drops the event.
 */
export type EventContext = { readonly broadcast: true } | { readonly contexts: readonly string[] };

/** Says of an event which executions it belongs to. Its own module exports it; it must not wait or look outside. */
export type ExtractContext = (event: Event) => EventContext;

/**
 * How the contexts of an event are found, as data: in one of its fields, in the JSON that a field holds (`pointer`, as
 * RFC 6901 writes it; a list there is several contexts), or by an exported function of a file of the project.
 */
export type ContextExtractor =
  | {
      readonly kind: 'field';
      readonly field: 'key' | 'value' | 'sender' | 'namespace' | 'context';
      readonly pointer: string | null;
    }
  | {
      readonly kind: 'module';
      /** Relative to the project, with `/`. */
      readonly module: string;
      readonly exportName: string;
    };
