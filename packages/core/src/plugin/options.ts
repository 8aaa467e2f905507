import type { Problem } from '../errors.ts';
import { messageOf } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import { bareSecret, findBareSecrets } from './bare-secrets.ts';
import { describedAt } from './described.ts';
import { choiceNear, expectedBy, foundWords, quotes } from './expected.ts';
import { hintFor } from './nearest.ts';
import type { Schema } from './schema.ts';
import { describeSchema } from './schema.ts';
import type { StandardIssue } from './standard-schema.ts';
import { withoutUnknown } from './unknown-keys.ts';

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

type Path = readonly (string | number)[];

/**
 * Holds options against a schema and names all that is wrong at once, each at its place: keys that are not known, at
 * every depth, with the nearest that is; values with what was expected and what was found; secrets that stand there
 * as they are. `keys` are the keys before the options in the file, such as `['blob', 'blob_manager_config']`. No
 * message shows a text, which may be a secret: `written` is what the file says where `options` have references
 * already resolved, and then only that is shown.
 */
export async function validateOptions<Options>(
  schema: Schema<Options>,
  options: JsonObject,
  keys: Path,
  locate: Locate,
  written: JsonObject = options,
): Promise<Validated<Options>> {
  const description = describeSchema(schema);
  const problems = new Map<string, Problem>();
  const add = (path: Path, message: (key: string) => string): void => {
    const key = [...keys, ...path].join('.');
    const text = messageOf(message(`"${key}"`));
    problems.set(`${key} ${text}`, { ...locate([...keys, ...path]), key, message: text });
  };
  const first = await schema['~standard'].validate(options);
  findBareSecrets(description, written, (path) => add(path, (key) => bareSecret(key, path)));
  const refused: { path: Path; known: readonly string[] | null }[] = [];
  const rest = withoutUnknown(description, options, (path, known) => refused.push({ path, known }));
  // A library that lets unknown keys pass means it; one that takes a list for a mapping has not looked.
  const isSound = first.issues === undefined && refused.every(({ known }) => known !== null);
  if (first.issues === undefined && isSound && problems.size === 0) return { value: first.value };
  for (const { path, known } of isSound ? [] : refused) {
    add(path, (key) =>
      known === null
        ? `${key} is not valid: expected a mapping of keys to values (found a list)`
        : `${key} is not an option: ${hintFor(String(path.at(-1)), known)}`,
    );
  }
  // Some libraries name one unknown key at a time, so the rest is held against the schema again without them.
  const issues = (rest === options ? first : await schema['~standard'].validate(rest)).issues ?? [];
  for (const issue of issues.flatMap(innermost)) {
    const path = pathOf(issue);
    if (!isSound && refused.some((one) => one.path.join('\0') === path.join('\0'))) continue; // left out above
    add(path, (key) => `${key} is not valid: ${describe(issue, path, description, options, written)}`);
  }
  return { problems: [...problems.values()] };
}

/** What one issue says. The library's own words are used where they are not just of types, and quote nothing. */
function describe(
  issue: StandardIssue,
  path: Path,
  description: JsonObject | null,
  options: JsonObject,
  written: JsonObject,
): string {
  const schema = describedAt(description, options, path);
  const value = valueAt(options, path);
  const found = valueAt(written, path);
  const own = issue.message.slice(0, 300);
  const expected = (schema === null ? null : expectedBy(schema)) ?? 'something else';
  const says = /^Invalid \S+:/.test(own) || quotes(own, value) ? `expected ${expected}` : own;
  const near = schema === null ? null : choiceNear(schema, found);
  const isHidden = schema?.['writeOnly'] === true;
  const shown =
    isHidden && found !== undefined && found !== null ? 'found something else' : foundWords(found);
  return `${says} (${shown})${near === null ? '' : `: did you mean "${near}"?`}`;
}

/** valibot says of a union as a whole that nothing fits; what is wrong deeper inside one of its forms says more. */
function innermost(issue: StandardIssue): StandardIssue[] {
  const inner: unknown = Reflect.get(issue, 'issues');
  if (!Array.isArray(inner)) return [issue];
  const deeper = (inner as StandardIssue[]).flatMap(innermost).filter((one) => pathOf(one).length > 0);
  if (deeper.length === 0) return [issue];
  return deeper.map((one) => ({ message: one.message, path: [...pathOf(issue), ...pathOf(one)] }));
}

function pathOf(issue: StandardIssue): (string | number)[] {
  return (issue.path ?? []).map((part) => {
    const key = typeof part === 'object' ? part.key : part;
    return typeof key === 'number' ? key : String(key);
  });
}

function valueAt(value: Json, path: Path): Json | undefined {
  let at: Json | undefined = value;
  for (const key of path) {
    at = isJsonObject(at) || isJsonArray(at) ? (Reflect.get(at, key) as Json | undefined) : undefined;
  }
  return at;
}
