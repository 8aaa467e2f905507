import type { JsonObject, Plugin } from '@aiflow/core';
import { configSchemas, listPlugins, loadMatching, loadPlugins } from '@aiflow/core';
import { commandDir } from './command-dir.ts';
import type { SchemaName } from './schema-paths.ts';
import { whileImporting } from './session.ts';

/**
 * The JSON schemas of a project's files, as texts, made from the plugins that are installed there, or beside this
 * command where the project has none of a kind; `plugins` is what `project.yaml` lists. The same plugins give the
 * same texts. Throws what loading plugins throws.
 */
export async function schemaTexts(
  projectDir: string,
  plugins: readonly string[],
): Promise<Readonly<Record<SchemaName, string>>> {
  const options = { projectDir, plugins, commandDir };
  await whileImporting(projectDir, async () => {
    await loadPlugins([], options); // the files that the project lists
    for (const kind of ['job', 'blob', 'scheduler'] as const) {
      await loadMatching((plugin) => plugin.kind === kind, options);
    }
  });
  const schemas = await configSchemas(listPlugins().filter(hasOptions));
  const text = (schema: JsonObject): string => `${JSON.stringify(schema, null, 2)}\n`;
  return { project: text(schemas.project), workflow: text(schemas.workflow), server: text(schemas.server) };
}

/** Platforms and engines are registered too, and have none. */
function hasOptions(registered: ReturnType<typeof listPlugins>[number]): registered is Plugin {
  return registered.kind === 'job' || registered.kind === 'blob' || registered.kind === 'scheduler';
}
