import type { Json, JsonObject } from '@aiflow/core';
import { isJsonObject } from '@aiflow/core';

/** The objects in what should be a list of them. */
export function objects(found: Json | undefined): readonly JsonObject[] {
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

/** What should be a text; empty when it is none. Numbers are given as Flink wrote them. */
export function textOf(found: Json | undefined): string {
  if (typeof found === 'string') return found;
  return typeof found === 'number' || typeof found === 'boolean' ? String(found) : '';
}
