import { readFileSync } from 'node:fs';
import type { JsonObject } from '@aiflow/core';
import { isJsonObject } from '@aiflow/core';

/** What a package says of itself, with nothing taken for granted. */
export function readPackage(directory: URL): JsonObject {
  const content: unknown = JSON.parse(readFileSync(new URL('package.json', directory), 'utf8'));
  if (!isJsonObject(content)) throw new Error(`${directory.href}package.json holds no object`);
  return content;
}

/** The name of a package; empty where it has none. */
export function nameOf(manifest: JsonObject): string {
  return stringsOf(manifest)['name'] ?? '';
}

/** The members of an object that are strings; nothing for anything else. */
export function stringsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {};
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(entries);
}

/** What `aiflow.plugins` declares, with the members that are strings. */
export function declarations(manifest: JsonObject): Readonly<Record<string, string>>[] {
  const { aiflow } = manifest;
  const plugins = isJsonObject(aiflow) ? aiflow['plugins'] : undefined;
  return Array.isArray(plugins) ? plugins.map(stringsOf) : [];
}

/** The plugins that `aiflow.plugins` declares, as `kind:name`, sorted. */
export function declaredPlugins(manifest: JsonObject): string[] {
  return declarations(manifest)
    .map(({ kind, name }) => `${kind}:${name}`)
    .sort();
}
