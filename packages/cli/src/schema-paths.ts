/** The JSON schemas of a project's YAML files, by what they describe. */
export const schemaNames = ['project', 'workflow', 'server'] as const;
export type SchemaName = (typeof schemaNames)[number];

/** Where a schema lies in a project, relative and with `/`. */
export const schemaPath = (name: SchemaName): string => `schemas/${name}.json`;
