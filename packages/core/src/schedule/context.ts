import type { ContextExtractor, EventContext } from '../define/context-extractor.ts';
import { AIFlowError } from '../errors.ts';
import type { Json } from '../json.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import type { Event } from '../observe/event.ts';

/** One event reaches no more executions by name than this, and no context is longer. */
const mostContexts = 10_000;
const longestContext = 1024;

/** Says which executions events belong to, one event after the other, in the order in which they are given. */
export interface RunningExtractor {
  /** Throws `context.failed`, naming the event's version; the next event is none the worse for it. */
  extract(event: Event): Promise<EventContext>;
  /** What is asked meanwhile and later fails. Twice is harmless. */
  close(): Promise<void>;
}

const toAll: EventContext = Object.freeze({ broadcast: true });

/**
 * Which executions an event belongs to, as far as data says it: null is for all of them. A field is one context as it
 * stands; an empty one, or one that is null, is none. With a pointer the field is JSON, and what stands there is one
 * context (a text, a number or a boolean) or several (a list of such); what is missing, is null or an object, or is not
 * JSON at all is none. A whole number above 2^53 is none either: read as JSON it may have become another one. Throws
 * `context.failed` for more contexts than 10,000, and for one of more than 1,024 characters.
 */
export function extractContext(
  extractor: Extract<ContextExtractor, { readonly kind: 'field' }> | null,
  event: Event,
): EventContext {
  if (extractor === null) return toAll;
  const text = event[extractor.field];
  const found = text === null || extractor.pointer === null ? text : valueAt(text, extractor.pointer);
  const contexts = (isJsonArray(found) ? found : [found]).flatMap(contextIn);
  const wrong = findTooMuch(contexts);
  if (wrong === null) return { contexts: [...new Set(contexts)] };
  throw new AIFlowError(
    'context.failed',
    `the ${extractor.field} of event ${event.version} gives ${wrong}: name executions by short texts, or broadcast the event`,
    { context: { version: event.version, field: extractor.field } },
  );
}

/**
 * Takes what an extractor's function returned, which may be anything. Gives the contexts, each once, or what is wrong
 * with them, for a message.
 */
export function takeContext(value: unknown): EventContext | { readonly wrong: string } {
  const { broadcast, contexts } = isJsonObject(value) ? value : {};
  if (broadcast === true && contexts === undefined) return toAll;
  const texts = Array.isArray(contexts)
    ? contexts.filter((item) => typeof item === 'string' && item !== '')
    : [];
  if (broadcast !== undefined || !Array.isArray(contexts) || texts.length < contexts.length) {
    return { wrong: 'something else than { broadcast: true } or { contexts: [texts] }' };
  }
  const wrong = findTooMuch(texts);
  return wrong === null ? { contexts: [...new Set(texts)] } : { wrong };
}

/** What is too much about a list of contexts, for a message; null when nothing is. */
function findTooMuch(contexts: readonly string[]): string | null {
  if (contexts.length > mostContexts) return `${contexts.length} contexts, more than ${mostContexts}`;
  const long = contexts.find((context) => context.length > longestContext);
  return long === undefined ? null : `a context of ${long.length} characters, more than ${longestContext}`;
}

function contextIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'boolean') return [String(value)];
  if (typeof value === 'number') {
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? [] : [String(value)];
  }
  return typeof value === 'string' && value !== '' ? [value] : [];
}

/** What a pointer (RFC 6901) points at in a text of JSON; undefined for nothing. */
function valueAt(text: string, pointer: string): Json | undefined {
  let value: Json | undefined;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return undefined; // an event of another kind, which need not be JSON
  }
  for (const step of pointer.split('/').slice(1)) {
    value = memberOf(value, step.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return value;
}

/** Own members only: no event reaches what every object has. */
function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!isJsonArray(value)) return Object.hasOwn(value, name) ? value[name] : undefined;
  return /^(?:0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
}
