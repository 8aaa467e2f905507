import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, listWorkflows } from '@aiflow/core';

/**
 * The workflows of a project, sorted; one that has YAML, or a definition in AIFlow's Python, counts also where its own
 * definition is not found.
 */
export function workflowNames(projectDir: string): string[] {
  const directory = join(projectDir, 'workflows');
  const configured = list(directory).filter((name) =>
    ['yaml', 'yml', 'py'].some((ending) => existsSync(join(directory, name, `${name}.${ending}`))),
  );
  return [...new Set([...listWorkflows(projectDir), ...configured])].sort();
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
