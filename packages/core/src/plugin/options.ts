import type { Problem } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { hintFor } from './nearest.ts';
import type { Schema } from './schema.ts';
import { describeSchema } from './schema.ts';
import type { StandardIssue } from './standard-schema.ts';

/** Where a key stands in a file; what is not known is null. */
export interface Place {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** Finds where a path of keys stands in the file that it was written in. */
export type Locate = (path: readonly (string | number)[]) => Place;

export type Validated<Options> =
  | { readonly value: Options; readonly problems?: undefined }
  | { readonly problems: readonly Problem[] };

/**
 * Holds options against a schema and names all that is wrong, each at its place. `keys` are the keys before the
 * options in the file, such as `['blob', 'blob_manager_config']`.
 */
export async function validateOptions<Options>(
  schema: Schema<Options>,
  options: JsonObject,
  keys: readonly (string | number)[],
  locate: Locate,
): Promise<Validated<Options>> {
  const first = await schema['~standard'].validate(options);
  if (first.issues === undefined) return { value: first.value };
  const known = knownKeys(schema);
  const problems = new Map<string, Problem>();
  // Some libraries name one unknown key at a time, so the rest is held against the schema again without it.
  let issues: readonly StandardIssue[] = first.issues;
  for (let rest = options; ;) {
    for (const issue of issues) {
      const problem = describeIssue(issue, rest, keys, locate, known);
      problems.set(`${problem.key} ${problem.message}`, problem);
    }
    const refused = issues.map(pathOf).find((path) => path.length === 1 && isUnknown(path[0], rest, known));
    if (refused === undefined) return { problems: [...problems.values()] };
    const { [String(refused[0])]: _, ...others } = rest;
    rest = others;
    const next = await schema['~standard'].validate(rest);
    if (next.issues === undefined) return { problems: [...problems.values()] };
    issues = next.issues;
  }
}

function pathOf(issue: StandardIssue): (string | number)[] {
  return (issue.path ?? []).map((part) => {
    const key = typeof part === 'object' ? part.key : part;
    return typeof key === 'number' ? key : String(key);
  });
}

/** The names of the options, where the schema can say them; null where it cannot. */
function knownKeys(schema: Schema): readonly string[] | null {
  try {
    const properties: unknown = describeSchema(schema)?.['properties'];
    return typeof properties === 'object' && properties !== null ? Object.keys(properties) : null;
  } catch {
    return null; // a schema that cannot describe itself only costs the suggestion
  }
}

function isUnknown(
  key: string | number | undefined,
  options: JsonObject,
  known: readonly string[] | null,
): boolean {
  return key !== undefined && String(key) in options && known !== null && !known.includes(String(key));
}

function describeIssue(
  issue: StandardIssue,
  options: JsonObject,
  keys: readonly (string | number)[],
  locate: Locate,
  known: readonly string[] | null,
): Problem {
  const path = pathOf(issue);
  const key = [...keys, ...path].join('.');
  const place = locate([...keys, ...path]);
  const own = path[0];
  if (path.length === 1 && isUnknown(own, options, known)) {
    return { ...place, key, message: `"${key}" is not an option: ${hintFor(String(own), known ?? [])}` };
  }
  return { ...place, key, message: `"${key}" is not valid: ${issue.message}${found(options, path)}` };
}

/** What stands there, as far as it can be shown: never a text, which may be a secret. */
function found(options: JsonObject, path: readonly (string | number)[]): string {
  let at: Json | undefined = options;
  for (const key of path) {
    at = isJsonObject(at) || Array.isArray(at) ? (Reflect.get(at, key) as Json | undefined) : undefined;
  }
  if (at === undefined) return ' (it is missing)';
  return typeof at === 'number' || typeof at === 'boolean' || at === null ? ` (found ${at})` : '';
}
