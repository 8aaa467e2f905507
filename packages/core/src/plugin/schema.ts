import type { StandardSchemaV1 } from './standard-schema.ts';

/**
 * How a plugin declares its options: any schema library that speaks Standard Schema (zod 4, valibot, arktype …).
 * Where it can also give a JSON schema (`~standard.jsonSchema`), editors and documentation tables are made from it.
 */
export type Schema<Options = unknown> = StandardSchemaV1<unknown, Options>;

/**
 * The JSON schema (draft 2020-12) of what a schema takes, or null when its library cannot give one. Checks that a
 * JSON schema has no words for are left out; the two names are those by which valibot and zod are asked to.
 */
export function describeSchema(schema: Schema): Record<string, unknown> | null {
  const libraryOptions = { errorMode: 'ignore', unrepresentable: 'any' };
  return schema['~standard'].jsonSchema?.input({ target: 'draft-2020-12', libraryOptions }) ?? null;
}
