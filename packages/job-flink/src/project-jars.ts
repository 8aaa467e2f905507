import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JobRuntimeEnv } from '@aiflow/core';

/** The configuration by which tables find the project's jars: connectors, formats, functions. */
export function jarConfiguration(env: JobRuntimeEnv): Readonly<Record<string, string>> {
  const found = projectJars(env);
  return found.length === 0 ? {} : { 'pipeline.jars': found.join(';') };
}

function projectJars(env: JobRuntimeEnv): readonly string[] {
  const directory = join(env.projectDir, 'dependencies', 'jar');
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.endsWith('.jar'));
  return names.toSorted().map((name) => pathToFileURL(join(directory, name)).href);
}
