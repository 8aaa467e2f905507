/** Plain data: what may go into a workflow, a manifest, an event or a result. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * The one text of a value: keys in code unit order, no white space. Equal values give equal bytes, so that a hash
 * of it can serve as an identity. Properties that are `undefined` are left out, as `JSON.stringify` does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, key);
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

/** Whether a value is a JSON object and not an array or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a JSON value is a list. */
export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether lists and objects lie more than `most` deep in each other; asked of what may be deeper than a stack. */
export function isDeeperThan(value: Json, most: number): boolean {
  const pending: { readonly value: Json; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (typeof at.value !== 'object' || at.value === null) continue;
    const depth = at.depth + 1;
    if (depth > most) return true;
    for (const member of Object.values<Json>(at.value)) pending.push({ value: member, depth });
  }
  return false;
}

/** A copy of plain JSON that nobody can change, whatever becomes of the original. */
export function frozenCopy<T>(value: T): T {
  return frozen(value) as T; // the same data, member for member
}

function frozen(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozen));
  if (!isJsonObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) if (member !== undefined) copy[key] = frozen(member);
  return Object.freeze(copy);
}

/**
 * Where a value stops being plain JSON, as a path such as `env.HOME`, or null when all of it is plain. Functions,
 * class instances, `undefined` in lists, numbers that are not finite and symbols are not plain; a member that is
 * `undefined` counts as left out.
 */
export function findNonJson(value: unknown): string | null {
  const path = pathToNonJson(value);
  return path === null ? null : path.replace(/^\./, '') || 'value';
}

/** The path with a dot or a bracket before each step; it is put together only on the way back from a find. */
function pathToNonJson(value: unknown): string | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : '';
  if (typeof value !== 'object') return '';
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = pathToNonJson(item);
      if (found !== null) return `[${index}]${found}`;
    }
    return null;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return '';
  for (const key of Object.keys(value)) {
    const member: unknown = Reflect.get(value, key);
    const found = member === undefined ? null : pathToNonJson(member);
    if (found !== null) return `.${key}${found}`;
  }
  return null;
}
