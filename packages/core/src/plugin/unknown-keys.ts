import type { Json, JsonObject } from '../json.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import { describedAt, memberOf, onlyKeys, typesOf } from './described.ts';

/** `known` is null for a list where a mapping must stand. */
type Report = (path: readonly (string | number)[], known: readonly string[] | null) => void;

/**
 * The value without the keys, at any depth, that the schema does not know; the very same value when it knows all.
 * Each that is left out is reported with those that may stand in its place. So are lists where a mapping must stand,
 * which some libraries take for a mapping of numbers.
 */
export function withoutUnknown(
  description: JsonObject | null,
  value: JsonObject,
  report: Report,
): JsonObject {
  const at = describedAt(description, value, []);
  if (description === null || at === null) return value;
  return prunedObject(description, at, value, [], report);
}

function pruned(
  root: JsonObject,
  at: JsonObject | null,
  value: Json,
  path: readonly (string | number)[],
  report: Report,
): Json {
  if (at === null) return value;
  if (isJsonObject(value)) return prunedObject(root, at, value, path, report);
  if (!isJsonArray(value)) return value;
  const items = value.map((item, index) =>
    pruned(root, memberOf(root, at, index, item), item, [...path, index], report),
  );
  return items.every((item, index) => item === value[index]) ? value : items;
}

function prunedObject(
  root: JsonObject,
  at: JsonObject,
  value: JsonObject,
  path: readonly (string | number)[],
  report: Report,
): JsonObject {
  const names = onlyKeys(at);
  const kept: Record<string, Json> = {};
  let isWhole = true;
  for (const [key, member] of Object.entries(value)) {
    if (names !== null && !names.includes(key)) {
      report([...path, key], names);
      isWhole = false;
      continue;
    }
    const inside = memberOf(root, at, key, member);
    if (isJsonArray(member) && inside !== null && isForMappings(inside)) {
      report([...path, key], null);
      isWhole = false;
      continue;
    }
    kept[key] = pruned(root, inside, member, [...path, key], report);
    isWhole &&= kept[key] === member;
  }
  return isWhole ? value : kept;
}

function isForMappings(schema: JsonObject): boolean {
  const types = typesOf(schema);
  return types.includes('object') && !types.includes('array');
}
