import type { StandardSchemaV1 } from './standard-schema.ts';

/**
 * How a plugin declares its options: any schema library that speaks Standard Schema (zod 4, valibot, arktype …).
 * Where it can also give a JSON schema (`~standard.jsonSchema`), editors and documentation tables are made from it.
 */
export type Schema<Options = unknown> = StandardSchemaV1<unknown, Options>;
