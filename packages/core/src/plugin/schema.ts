import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { StandardSchemaV1 } from './standard-schema.ts';

/**
 * How a plugin declares its options: any schema library that speaks Standard Schema (zod 4, valibot, arktype …).
 * Where it can also give a JSON schema (`~standard.jsonSchema`), suggestions, editors and documentation tables are made
 * from it. A field that holds a secret says so with JSON Schema's own word, `writeOnly: true` (in valibot
 * `v.metadata({ writeOnly: true })`, in zod `.meta({ writeOnly: true })`): then configuration must refer to it as
 * `${NAME}` and may not hold it.
 */
export type Schema<Options = unknown> = StandardSchemaV1<unknown, Options>;

const described = new WeakMap<Schema, JsonObject | null>();

/**
 * The JSON schema (draft 2020-12) of what a schema takes, or null when its library cannot give one. Checks that a
 * JSON schema has no words for are left out; the two names are those by which valibot and zod are asked to.
 */
export function describeSchema(schema: Schema): JsonObject | null {
  const known = described.get(schema);
  if (known !== undefined) return known;
  const libraryOptions = { errorMode: 'ignore', unrepresentable: 'any' };
  let description: JsonObject | null = null;
  try {
    const given = schema['~standard'].jsonSchema?.input({ target: 'draft-2020-12', libraryOptions });
    // Through text: it is another library's object, and what is asked of it below is plain data.
    description = isJsonObject(given) ? (JSON.parse(JSON.stringify(given)) as JsonObject) : null;
  } catch {
    // A schema that cannot describe itself only costs the suggestions.
  }
  described.set(schema, description);
  return description;
}
