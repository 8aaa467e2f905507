import type { Json, JsonObject } from '../json.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import { describedAt, memberOf } from './described.ts';
import { referencesIn } from './secrets.ts';

type Path = readonly (string | number)[];

/** Reports each value in a field for secrets (`writeOnly` in its schema) that is the secret itself and no reference. */
export function findBareSecrets(
  description: JsonObject | null,
  options: JsonObject,
  report: (path: Path) => void,
): void {
  if (description === null) return;
  const look = (schema: JsonObject | null, value: Json, path: Path, isSecret: boolean): void => {
    const secret = isSecret || schema?.['writeOnly'] === true;
    const into = (key: string | number, member: Json): void =>
      look(
        schema === null ? null : memberOf(description, schema, key, member),
        member,
        [...path, key],
        secret,
      );
    if (isJsonArray(value)) for (const [index, item] of value.entries()) into(index, item);
    else if (isJsonObject(value)) for (const [key, member] of Object.entries(value)) into(key, member);
    else if (secret && value !== null && value !== '' && referencesIn(value).size === 0) report(path);
  };
  look(describedAt(description, options, []), options, [], false);
}

/** The same options without the fields for secrets, at every depth; all of them where the schema cannot describe itself. */
export function withoutSecrets(description: JsonObject | null, options: JsonObject): JsonObject {
  if (description === null) return options;
  const shown = (schema: JsonObject | null, value: Json): Json => {
    const member = (key: string | number, each: Json): JsonObject | null =>
      schema === null ? null : memberOf(description, schema, key, each);
    if (isJsonArray(value)) return value.map((each, index) => shown(member(index, each), each));
    return isJsonObject(value) ? members(value, member) : value;
  };
  const members = (value: JsonObject, member: (key: string, each: Json) => JsonObject | null): JsonObject =>
    Object.fromEntries(
      Object.entries(value).flatMap(([key, each]) => {
        const schema = member(key, each);
        return schema?.['writeOnly'] === true ? [] : [[key, shown(schema, each)]];
      }),
    );
  const root = describedAt(description, options, []);
  return members(options, (key, each) => (root === null ? null : memberOf(description, root, key, each)));
}

/** What to write instead: a reference, for which a name is made of the key. */
export function bareSecret(key: string, path: Path): string {
  const last = path.findLast((part) => typeof part === 'string') ?? 'secret';
  const name = last
    .toUpperCase()
    .replaceAll(/[^A-Z0-9_]/g, '_')
    .replace(/^(?=\d)/, '_');
  return `${key} holds a secret as it is: write \${${name}} and set the environment variable ${name}`;
}
