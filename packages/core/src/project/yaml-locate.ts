import type * as Yaml from 'yaml';
import type { Place } from '../plugin/options.ts';
import { isMergeKey, offsetOf } from './yaml-plain.ts';

type Path = readonly (string | number)[];

/** Where the deepest part of the path that exists was written; through aliases and merge keys, where they lead. */
export function locateIn(
  yaml: typeof Yaml,
  document: Yaml.Document,
  lines: Yaml.LineCounter,
  file: string,
  path: Path,
): Place {
  let node: unknown = document.contents;
  let offset = offsetOf(node);
  for (const key of path) {
    const item = memberOf(yaml, document, node, key);
    if (item === null) break;
    offset = offsetOf(item.written);
    node = item.value;
  }
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}

interface Member {
  /** The key, or the item of a list. */
  readonly written: unknown;
  readonly value: unknown;
}

function memberOf(
  yaml: typeof Yaml,
  document: Yaml.Document,
  node: unknown,
  key: string | number,
): Member | null {
  const { isAlias, isMap, isScalar, isSeq } = yaml;
  if (isAlias(node)) return memberOf(yaml, document, node.resolve(document), key);
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return item === undefined ? null : { written: item, value: item };
  }
  if (!isMap(node)) return null;
  const own = node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
  if (own !== undefined) return { written: own.key, value: own.value };
  for (const pair of node.items) {
    if (!isMergeKey(yaml, pair.key)) continue;
    const sources = isSeq(pair.value) ? pair.value.items : [pair.value];
    for (const source of sources) {
      const found = memberOf(yaml, document, source, key);
      if (found !== null) return found;
    }
  }
  return null;
}
