import type * as Yaml from 'yaml';
import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { yamlLimits } from './yaml-limits.ts';
import type { ReportYaml } from './yaml-tokens.ts';
import { yamlWords } from './yaml-words.ts';

/** A value with what it weighs: how many values it holds, itself included, and how many levels. */
interface Plain {
  readonly value: Json;
  readonly size: number;
  readonly height: number;
}

const nothing: Plain = { value: null, size: 1, height: 0 };
const core = 'tag:yaml.org,2002:';
const plainTags = new Set([
  '!',
  ...['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => core + tag),
]);
// A key goes into messages, which are one line.
const brokenKey = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * The plain data of a parsed document. Everything that is not plain is reported with its place: keys given twice or
 * that are no text, `__proto__`, tags, numbers that would change, aliases that lead nowhere or expand too far.
 */
export class PlainReader {
  readonly #yaml: typeof Yaml;
  readonly #lines: Yaml.LineCounter;
  readonly #report: ReportYaml;
  /** What each name (`&name`) stands for so far; null while its own value is being read. */
  readonly #anchors = new Map<string, Plain | null>();
  readonly #path: string[] = [];
  #expanded = 0;

  constructor(yaml: typeof Yaml, lines: Yaml.LineCounter, report: ReportYaml) {
    this.#yaml = yaml;
    this.#lines = lines;
    this.#report = report;
  }

  /** Every file is a mapping; an empty one an empty mapping. */
  read(contents: unknown): JsonObject {
    if (contents === null) return {};
    const { value } = this.#read(contents, 0);
    if (isJsonObject(value)) return value;
    if (value !== null || this.#yaml.isScalar(contents))
      this.#complain(contents, 'expected a mapping of keys to values at the top');
    return {};
  }

  #read(node: unknown, depth: number): Plain {
    const { isAlias, isMap, isScalar, isSeq } = this.#yaml;
    if (isAlias(node)) return this.#alias(node, depth);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return nothing;
    if (node.tag !== undefined && !plainTags.has(node.tag)) {
      const tag = JSON.stringify(node.tag.replace(core, '!!').slice(0, 40));
      this.#complain(node, `the tag ${tag} has no meaning here: write the value as plain YAML`);
      return nothing;
    }
    if (isScalar(node)) return this.#scalar(node);
    if (depth >= yamlLimits.depth) {
      this.#complain(
        node,
        `lists and mappings go deeper than ${yamlLimits.depth} levels here: write it flatter`,
      );
      return nothing;
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, null);
    const plain = isMap(node) ? this.#map(node, depth) : this.#list(node, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, plain);
    return plain;
  }

  #alias(node: Yaml.Alias, depth: number): Plain {
    const found = this.#anchors.get(node.source);
    const name = JSON.stringify(`*${node.source.slice(0, 40)}`);
    if (found === undefined || found === null) {
      const what = found === null ? 'stands inside of what it names' : 'names nothing that stands above it';
      this.#complain(node, `the alias ${name} ${what}: put a value that begins with "*" into quotes`);
      return nothing;
    }
    const before = this.#expanded;
    this.#expanded += found.size;
    if (this.#expanded > yamlLimits.expanded) {
      if (before <= yamlLimits.expanded)
        this.#complain(
          node,
          `with ${name} aliases stand for more than ${yamlLimits.expanded} values: write less of it`,
        );
      return nothing;
    }
    if (depth + found.height > yamlLimits.depth) {
      this.#complain(
        node,
        `the alias ${name} goes deeper than ${yamlLimits.depth} levels here: write it flatter`,
      );
      return nothing;
    }
    return found;
  }

  #scalar(node: Yaml.Scalar): Plain {
    const plain = { ...nothing, value: this.#single(node) };
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, plain);
    return plain;
  }

  #single(node: Yaml.Scalar): Json {
    const { value, source, tag = '!' } = node;
    if (typeof value === 'string' && tag !== '!' && tag !== `${core}str`) {
      this.#complain(node, yamlWords.TAG_RESOLVE_FAILED);
      return null;
    }
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value !== 'number') {
      this.#complain(node, 'this value is neither text, number, list nor mapping');
      return null;
    }
    const isExact = Number.isSafeInteger(value) || (Number.isFinite(value) && /[.eE]/.test(source ?? ''));
    if (!isExact)
      this.#complain(node, 'this number cannot be kept as it is: put it into quotes, or write a smaller one');
    return isExact ? value : null;
  }

  #list(node: Yaml.YAMLSeq, depth: number): Plain {
    const value: Json[] = [];
    let size = 1;
    let height = 0;
    for (const [index, item] of node.items.entries()) {
      this.#path.push(String(index));
      // Inside brackets, `[a: 1]` is a list of a mapping.
      const plain = this.#read(item, depth + 1);
      this.#path.pop();
      value.push(plain.value);
      size += plain.size;
      height = Math.max(height, plain.height);
    }
    return { value, size, height: height + 1 };
  }

  #map(node: Yaml.YAMLMap, depth: number): Plain {
    const own: Record<string, Json> = {};
    const merged: JsonObject[] = [];
    const firsts = new Map<string, number>();
    let size = 1;
    let height = 0;
    for (const pair of node.items) {
      const key = this.#key(pair.key, firsts);
      this.#path.push(key ?? '?');
      const plain = this.#read(pair.value, depth + 1);
      size += plain.size;
      height = Math.max(height, plain.height);
      if (key === '<<' && isMergeKey(this.#yaml, pair.key))
        merged.push(...this.#sources(plain.value, pair.key));
      else if (key !== null) own[key] = plain.value;
      this.#path.pop();
    }
    // The first source wins over later ones, and what stands here over all of them.
    const value = Object.assign({}, ...merged.toReversed(), own) as JsonObject;
    return { value, size, height: height + 1 };
  }

  /** The text of a key that may be used; null for one that was reported. */
  #key(node: unknown, firsts: Map<string, number>): string | null {
    const { isScalar } = this.#yaml;
    const text = isScalar(node) && typeof node.value === 'string' ? node.value : null;
    if (text === null) {
      this.#complain(node, yamlWords.NON_STRING_KEY);
      return null;
    }
    if (text.length > yamlLimits.keyLength) {
      this.#complain(
        node,
        `a key must be at most ${yamlLimits.keyLength} characters long, and this one has ${text.length}`,
      );
      return null;
    }
    if (text === '' || brokenKey.test(text)) {
      this.#complain(node, 'a key must be a text of one line before the ":"');
      return null;
    }
    this.#path.push(text);
    const first = firsts.get(text);
    if (text === '__proto__') this.#complain(node, 'the key "__proto__" is not allowed');
    else if (first !== undefined)
      this.#complain(
        node,
        `the key "${text}" is given twice: first on line ${this.#lines.linePos(first).line}`,
      );
    else firsts.set(text, offsetOf(node));
    this.#path.pop();
    return text === '__proto__' ? null : text;
  }

  /** The mappings that a merge key (`<<: *name`) brings. */
  #sources(value: Json, key: unknown): JsonObject[] {
    if (value === null) return []; // nothing, or what was reported already
    const sources: readonly Json[] = Array.isArray(value) ? value : [value];
    if (sources.every(isJsonObject)) return [...sources];
    this.#complain(key, 'a merge key (<<) takes an alias of a mapping, or a list of such aliases');
    return [];
  }

  #complain(node: unknown, message: string): void {
    this.#report(offsetOf(node), message, this.#path.join('.'));
  }
}

/** `<<` brings in another mapping, as in YAML 1.1, which AIFlow's own files are read by; in quotes it is a key. */
export function isMergeKey({ isScalar }: typeof Yaml, key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && (key.type === 'PLAIN' || key.type === undefined);
}

/** Where a node begins, 0 where that is not known. */
export function offsetOf(node: unknown): number {
  const range: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'range') : null;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0;
}
