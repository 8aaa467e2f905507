import type * as Yaml from 'yaml';
import type { Document, LineCounter, Node } from 'yaml';
import type { AIFlowError } from '../errors.ts';
import { messageOf, problemsError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { findNonJson, isJsonObject } from '../json.ts';
import type { Locate, Place } from '../plugin/options.ts';

/** A configuration file as plain data that still knows where each key was written. */
export interface ConfigFile {
  readonly file: string;
  readonly value: JsonObject;
  readonly locate: Locate;
}

/** In bytes; configuration is written by people. */
const largest = 1024 * 1024;

/**
 * Reads YAML 1.2 that must be a mapping; an empty text is an empty one. Throws `config.invalid` with a problem for
 * each fault and its place: syntax, keys given twice, `__proto__`, more than 1 MiB, aliases that multiply.
 */
export async function parseYaml(text: string, file: string): Promise<ConfigFile> {
  if (Buffer.byteLength(text) > largest) throw invalid(file, `the file is larger than ${largest} bytes`);
  const yaml = await loadParser();
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const problems = [...document.errors, ...document.warnings].map((error) => ({
    ...placeAt(file, lines, error.pos[0]),
    key: null,
    message: messageOf(error),
  }));
  if (problems.length > 0) throw problemsError('config.invalid', problems);
  const value = toPlain(document, file);
  return { file, value, locate: (path) => locate(yaml, document, lines, file, path) };
}

type Parser = typeof Yaml;

/** Loaded when it is first used: plugins and definitions import this package and need no parser. */
const loadParser = (): Promise<Parser> => import('yaml');

function toPlain(document: Document, file: string): JsonObject {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw invalid(file, messageOf(error), error);
  }
  if (!isJsonObject(value)) throw invalid(file, 'expected a mapping of keys to values at the top');
  const notPlain = findNonJson(value);
  if (notPlain !== null)
    throw invalid(file, `the value of "${notPlain}" is neither text, number, list nor mapping`);
  if (hasPrototypeKey(value)) throw invalid(file, 'the key "__proto__" is not allowed');
  return value;
}

function hasPrototypeKey(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasPrototypeKey);
  if (!isJsonObject(value)) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototypeKey);
}

function invalid(file: string, message: string, cause?: unknown): AIFlowError {
  return problemsError('config.invalid', [{ file, line: null, column: null, key: null, message }], cause);
}

/** Where the deepest part of the path that exists was written. */
function locate(
  { isAlias, isCollection, isMap, isPair, isScalar }: Parser,
  document: Document,
  lines: LineCounter,
  file: string,
  path: readonly (string | number)[],
): Place {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (!isCollection(node)) break;
    const item: unknown = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key))
      : node.items[Number(key)];
    if (item === undefined) break;
    const written: unknown = isPair(item) ? item.key : item;
    offset = rangeOf(written) ?? offset;
    node = (isPair(item) ? item.value : item) as Node | null;
  }
  return placeAt(file, lines, offset);
}

function rangeOf(node: unknown): number | null {
  const range: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'range') : null;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : null;
}

function placeAt(file: string, lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}
