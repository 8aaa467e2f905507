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
  return renameKeys(value, snakeCase);
}

/** The reverse of {@link toWire}: what came from a file or a request, with our own camelCase keys. */
export function fromWire(value: Json): Json {
  return renameKeys(value, camelCase);
}

const snakeCase = remembering((key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
const camelCase = remembering((key) =>
  key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
);

/** Some dozens of keys make up nearly all that is renamed. Others, such as the names of jobs, are not worth keeping. */
function remembering(rename: (key: string) => string): (key: string) => string {
  const most = 500;
  const known = new Map<string, string>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const renamed = rename(key);
    if (known.size < most) known.set(key, renamed);
    return renamed;
  };
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
