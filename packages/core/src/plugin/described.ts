import type { Json, JsonObject } from '../json.ts';
import { isJsonArray, isJsonObject } from '../json.ts';

/** The description of the part of `value` that lies at `path`, as far as the schema tells. */
export function describedAt(
  root: JsonObject | null,
  value: Json,
  path: readonly (string | number)[],
): JsonObject | null {
  let at = root === null ? null : settle(root, root, value);
  let found: Json | undefined = value;
  for (const key of path) {
    found =
      isJsonObject(found) || isJsonArray(found) ? (Reflect.get(found, key) as Json | undefined) : undefined;
    at = root === null || at === null ? null : memberOf(root, at, key, found);
  }
  return at;
}

/** What the schema says of one key of a mapping, or of one item of a list. */
export function memberOf(
  root: JsonObject,
  at: JsonObject,
  key: string | number,
  value: Json | undefined,
): JsonObject | null {
  const properties = at['properties'];
  const own = isJsonObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  const member = own ?? (typeof key === 'number' ? at['items'] : at['additionalProperties']);
  return isJsonObject(member) ? settle(root, member, value) : null;
}

/** The keys that a mapping may have, or null where it may have any. */
export function onlyKeys(at: JsonObject): readonly string[] | null {
  const properties = at['properties'];
  return at['additionalProperties'] === false && isJsonObject(properties) ? Object.keys(properties) : null;
}

/** Follows references, and of several forms takes the one that fits the value's type, when only one does. */
function settle(root: JsonObject, schema: JsonObject, value: Json | undefined, followed = 0): JsonObject {
  if (followed > 20) return schema; // a reference to itself
  const reference = schema['$ref'];
  if (typeof reference === 'string' && reference.startsWith('#')) {
    const target = reference
      .split('/')
      .slice(1)
      .reduce<Json | undefined>((at, name) => (isJsonObject(at) ? at[name] : undefined), root);
    return isJsonObject(target) ? settle(root, target, value, followed + 1) : schema;
  }
  const forms = formsOf(schema);
  if (forms === null) return schema;
  const settled = forms.map((form) => settle(root, form, value, followed + 1));
  const [only, other] = settled.filter((form) => takesType(form, value));
  if (only === undefined || other !== undefined) return schema;
  // What stands beside the forms, such as `writeOnly`, holds for each of them.
  const { anyOf: _, oneOf: __, ...beside } = schema;
  return { ...beside, ...only };
}

/** The forms of a union, or null for what is none. */
export function formsOf(schema: JsonObject): readonly JsonObject[] | null {
  const forms = schema['anyOf'] ?? schema['oneOf'];
  if (!isJsonArray(forms) || !forms.every(isJsonObject)) return null;
  // `oneOf: [{ required: … }]` beside properties says how they go together.
  return forms.every(
    (form) => 'type' in form || 'const' in form || 'enum' in form || '$ref' in form || 'anyOf' in form,
  )
    ? forms
    : null;
}

function takesType(schema: JsonObject, value: Json | undefined): boolean {
  if (value === undefined) return schema['type'] !== 'null';
  const type = schema['type'];
  const types = isJsonArray(type) ? type : [type];
  return types.includes(typeOf(value)) || (types.includes('integer') && typeof value === 'number');
}

/** JSON Schema's name for the type of a value. */
function typeOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The types that a schema takes, in all its forms; none where it does not say. */
export function typesOf(schema: JsonObject): readonly string[] {
  const forms = formsOf(schema);
  if (forms !== null) return forms.flatMap(typesOf);
  const type = schema['type'];
  return (isJsonArray(type) ? type : [type]).filter((name) => typeof name === 'string');
}
