import type { Json } from './json.ts';
import { isJsonObject } from './json.ts';

/** Members whose inside belongs to users or plugins: their keys are never renamed. */
const opaque = new Set([
  'properties',
  'dependencies',
  'parameters',
  'plan',
  'values',
  'context',
  'data',
  'params',
]);

/**
 * The same data with the documents' snake_case keys, for files, REST and `-o json`. What lies inside `properties`, `dependencies`,
 * `parameters`, `plan`, `values`, `context`, `data` and `params` is left as it is.
 */
export function toWire(value: unknown): Json {
  return renameKeys(value, (key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** The reverse of {@link toWire}: what came from a file or a request, with our own camelCase keys. */
export function fromWire(value: Json): Json {
  return renameKeys(value, (key) => key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
}

function renameKeys(value: unknown, rename: (key: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, rename));
  if (!isJsonObject(value)) return (value ?? null) as Json;
  const renamed: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) renamed[rename(key)] = opaque.has(key) ? member : renameKeys(member, rename);
  }
  return renamed;
}
